"""Signing in elsewhere in a real browser: cookies that come back over a link of another site, and a page policy."""

import pytest
from playwright.sync_api import expect, sync_playwright

from console.oidc import Oidc
from console.users import users_of
from tests.console.browsing import Site
from tests.console.provider import CLIENT, SECRET, Provider
from tests.console.records import alert
from tests.console.served import HASHER

pytestmark = pytest.mark.browser
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


def test_a_moderator_goes_to_another_site_and_comes_back_signed_in(chromium: str) -> None:
    site = Site()
    site.served.put(alert())
    with Provider("localhost").open() as provider, site.open(), sync_playwright() as driver:
        provider.has_page = True
        told = {"name": "Acme", "issuer": provider.issuer, "client_id": CLIENT, "console": site.address}
        site.served.users = users_of({"provider": told | {"roles": {"moderators": "moderator"}}}, "test", HASHER)
        assert site.served.users.provider is not None
        site.served.office.elsewhere = Oidc(site.served.users.provider, SECRET)
        browser = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = browser.new_context(base_url=site.address).new_page()
        page.set_default_timeout(60_000)
        page.goto("/alerts/a1")
        page.click("text=Sign in with Acme")
        page.wait_for_url(f"{provider.issuer}/authorize**")
        page.click("text=Let me in")
        page.wait_for_url(f"{site.address}/alerts/a1")
        expect(page.locator(".menu")).to_contain_text("Mia Lin")
        page.fill("[name=text]", "asked for the invoice")
        page.click("text=Add note")
        expect(page.locator(".log")).to_contain_text("asked for the invoice", timeout=60_000)
        browser.close()
