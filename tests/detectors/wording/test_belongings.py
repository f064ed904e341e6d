"""What belongs to goods, and the goods that have or bring it."""

import pytest

from detectors.products import classify
from detectors.wording import read_title
from schemas import Product
from tests.detectors.prices import World, listing


@pytest.mark.parametrize(
    "title",
    [
        "Acme V11 battery",
        "Acme V11 battery 4000mAh black",
        "Acme V11 battery plus",
        "Original charger for Acme V11",
        "Acme Quest 2 controller",
        "Acme j7+ filter",
        "Acme LaserJet M404 toner cartridge",
        "Toner für Acme M404",
        "Acme Series 9 shaver head",
        "Acme V11 spare nozzle",
        "Acme X100 Wassertank",
        "tuyau Acme V11",
        "cepillo Acme V11",
        "Acme Rouge 540 hair mist 70ml",
        "Ryzen 5 5600 cooler",
        "Acme V11 滤芯",
        "Acme j7+ 边刷",
    ],
)
def test_what_belongs_to_goods_is_no_comparison_for_them(title: str) -> None:
    assert set(read_title(title).guards) & {"accessory", "part"}


@pytest.mark.parametrize(
    "title",
    [
        "Acme phone 4000mAh battery",
        "Acme phone, 5 inch touch screen",
        "Acme camera 3in LCD screen",
        "Acme camera with battery and charger",
        "Acme console + controller",
        "Acme console with 2 controllers",
        "Acme drill 2 batteries",
        "Acme V11 ohne Akku",
        "Acme drone mit Fernbedienung",
        "Acme Xbox Series X console",
        "Acme washer dualsense technology",
        "Acme wine cooler",
        "Ryzen 5 5600 with Wraith Stealth cooler",
        "red manual microwave",
        "filter coffee machine",
        "battery operated radio",
        "remote control car",
        "Acme j7+ robot vacuum",
        "Acme V11 送滤芯",
        "Acme 5000mAh 大电池 手机",
    ],
)
def test_goods_that_have_it_or_bring_it_are_compared(title: str) -> None:
    assert read_title(title).guards == ()


@pytest.mark.parametrize(
    "product_fields", [{"name": "V11 battery"}, {"name": "V11", "category": "Vacuum parts > Batteries"}]
)
def test_a_battery_among_batteries_is_compared(product_fields: dict[str, str]) -> None:
    around = World()
    around.reference.add(Product(product_id="battery", brand="Acme", **product_fields))
    battery = listing(product_id="battery", title="Acme V11 battery")
    place = classify(battery, around)
    assert (place.key, place.guard) == ("p:battery:new:CNY", "")
