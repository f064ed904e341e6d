"""What one currency is worth in another, by a team's own rates; without them nothing is compared across currencies."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

#: Each of them is one more market to load for every listing.
MAX_RATES: Final = 12
_LEAST: Final = 1e-9
_MOST: Final = 1e9
#: ISO 4217, without funds, metals and what is out of use.
_CODES: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP"
    " CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF"
    " IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD"
    " MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB"
    " RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD"
    " UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG"
)
_CURRENCIES: Final = frozenset(_CODES.split())


class RateError(Exception):
    """The rates cannot be used; the message is one sentence that says what to change."""


def rates_of(given: Mapping[str, Any]) -> dict[str, float]:
    """Each currency's worth, in units of whatever the team counts in, by code; empty where there are none.

    Raises `RateError` for a currency that there is not, for what is no rate, and for one currency alone.
    """
    rates = {currency: _rate(currency, given[currency]) for currency in sorted(given)}
    if len(rates) == 1:
        raise RateError(f"The policy's rates name {next(iter(rates))} alone; give at least two currencies, or none.")
    if len(rates) > MAX_RATES:
        raise RateError(f"The policy's rates name {len(rates)} currencies; give at most {MAX_RATES}.")
    return rates


def _rate(currency: str, value: Any) -> float:
    if currency not in _CURRENCIES:
        raise RateError(f"The policy's rates.{currency} is of no currency; give its code of ISO 4217, like EUR.")
    try:
        rate = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):  # text that is no number, a whole number of a thousand digits
        rate = 0.0
    if not (isfinite(rate) and _LEAST <= rate <= _MOST):
        raise RateError(
            f"The policy's rates.{currency} must be a number from {_LEAST:g} to {_MOST:g}, what one {currency} is worth"
            f" in the currency whose rate is 1, not {value!r}."
        )
    return rate
