"""The console in a real browser: what a moderator sees and does."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from schemas import AuditEntry, VerdictGiven
from tests.console.browsing import Site
from tests.console.records import alert, at, entry, hold, letter, listing, vanished, verdict
from tests.console.served import PASSWORD

pytestmark = pytest.mark.browser
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.served.put(alert(), vanished(), hold(), hold("h9", scope="payout", subject_id="s9", seller="s9"), letter())
    made.served.put(verdict("confirmed", alert_id="a0"), entry("noted", reason="seen before", alert_id="a9"))
    made.served.office.history.take(listing())
    made.served.office.history.take(listing("s9", title="Huawei P60", shop_name="huawei 直营店"))
    with made.open():
        yield made


def sign_in(browser: Browser, site: Site, user: str = "mia", **options: Any) -> Page:
    context: BrowserContext = browser.new_context(base_url=site.address, **options)
    page = context.new_page()
    page.set_default_timeout(15_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    page.errors = errors  # type: ignore[attr-defined]  # looked at by the tests
    page.goto("/sign-in")
    page.fill("[name=user]", user)
    page.fill("[name=password]", PASSWORD)
    page.click(".sign-in button")
    page.wait_for_url("**/")
    return page


def names(page: Page) -> list[str]:
    return page.locator("#rows .open").all_inner_texts()


def live(page: Page) -> None:
    expect(page.locator("#live")).to_have_text("Live")


def test_the_feed_shows_what_happens_while_it_is_open(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site)
    live(page)
    assert names(page) == ["huawei 直营店", "samsung direct sales store"]
    site.put(alert("a2", seller="s2", when=at(1), severity="medium", mode="alert"))
    expect(page.locator("#row-a2")).to_be_visible()
    assert names(page) == ["huawei 直营店", "samsung direct sales store", "s2"]
    site.put(alert("a2", 2, seller="s2", when=at(2), severity="critical", reason_codes=("unpaid_refunds",)))
    expect(page.locator("#row-a2 .severity")).to_have_text("critical")
    assert names(page) == ["s2", "huawei 直营店", "samsung direct sales store"], "one row, moved up in place"
    expect(page.locator("#summary .critical b")).to_have_text("2")
    site.put(alert("a2", 3, seller="s2", when=at(3), status="withdrawn", severity="low", mode="shadow"))
    expect(page.locator("#row-a2")).to_have_count(0)
    assert page.errors == []  # type: ignore[attr-defined]


def test_filters_hold_for_what_arrives_later_too(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site)
    page.select_option("[name=severity]", "high")
    page.wait_for_url("**severity=high**")
    live(page)
    assert names(page) == ["samsung direct sales store"]
    site.put(alert("a2", seller="s2", when=at(1), severity="medium"), alert("a3", seller="s3", when=at(2)))
    expect(page.locator("#row-a3")).to_be_visible()
    assert names(page) == ["s3", "samsung direct sales store"]


def test_a_snoozed_alert_leaves_the_feed_and_comes_back_by_itself(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site)
    live(page)
    site.put(entry("snoozed", when=at(10), until=at(11)))
    expect(page.locator("#row-a1")).to_have_count(0)
    site.do(lambda: setattr(site.served.clock, "now", at(12)))
    site.put(alert("a3", seller="s3", when=at(11)))  # any news wakes the page
    expect(page.locator("#row-a1")).to_be_visible()


def test_an_alert_is_confirmed_with_the_keyboard_alone(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site)
    live(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#row-a1")).to_have_attribute("aria-current", "true")
    page.keyboard.press("c")
    expect(page.locator("#confirmed")).to_be_visible()
    expect(page.locator("#confirmed .of")).to_have_text("samsung direct sales store")
    page.keyboard.press("Enter")
    expect(page.locator("#row-a1")).to_have_count(0)
    (given,) = site.do(lambda: site.served.sink.words(VerdictGiven))
    assert (given.verdict, given.cause, given.subject_id, given.moderator) == (
        "confirmed",
        "counterfeit",
        "l-s1",
        "mia",
    )
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url("**/alerts/a9")
    page.keyboard.press("u")
    page.wait_for_url("**/")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("huawei")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=huawei**")
    assert names(page) == ["huawei 直营店"]
    assert page.errors == []  # type: ignore[attr-defined]


def test_an_alert_is_rejected_in_two_clicks_on_its_page(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site)
    page.click("#row-a1 .open")
    page.select_option("#rule [name=cause]", "pricing_error")
    page.click("#rule [value=rejected]")
    page.wait_for_url("**sent=rejected")
    expect(page.locator(".banner.good")).to_be_visible()
    (given,) = site.do(lambda: site.served.sink.words(VerdictGiven))
    assert (given.verdict, given.cause, given.subject, given.alert_id) == ("rejected", "pricing_error", "listing", "a1")


def test_what_kafka_does_not_take_is_said_and_can_be_sent_again(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site)
    live(page)
    site.served.sink.is_down = True
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(page.locator("#rejected .problem")).to_contain_text("Kafka did not take it")
    site.served.sink.is_down = False
    page.keyboard.press("Enter")
    expect(page.locator("#row-a9")).to_have_count(0)
    assert len(site.do(lambda: site.served.sink.words(VerdictGiven))) == 1


def test_two_moderators_on_one_alert_see_each_other_and_what_the_other_did(browser: Browser, site: Site) -> None:
    mia, leo = sign_in(browser, site), sign_in(browser, site, "leo")
    mia.goto("/alerts/a1")
    expect(mia.locator("#others")).to_be_hidden()
    leo.goto("/alerts/a1")
    expect(mia.locator("#others b")).to_have_text("Leo")
    expect(leo.locator("#others b")).to_have_text("Mia")
    leo.fill("[name=text]", "asked for the invoice")
    leo.click("text=Add note")
    expect(mia.locator("#changed")).to_be_visible()
    mia.click("#changed a")
    expect(mia.locator(".log")).to_contain_text("asked for the invoice")
    leo.goto("/")
    expect(mia.locator("#others")).to_be_hidden()


def test_a_session_that_has_ended_says_so_on_the_open_page(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site)
    live(page)
    site.do(lambda: setattr(site.served.clock, "seconds", site.served.clock.seconds + 3600))
    site.put(alert("a2", seller="s2"))
    expect(page.locator("#ended")).to_be_visible()
    page.click("#ended a")
    page.wait_for_url("**/sign-in**")


def test_a_viewer_sees_everything_and_can_do_nothing(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site, "vic")
    live(page)
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.goto("/alerts/a1")
    expect(page.locator("#rule")).to_have_count(0)
    expect(page.locator("text=Add note")).to_have_count(0)
    for path in ("/audit", "/dead-letters"):
        page.goto(path)
        expect(page.locator("h1")).to_have_text("You may not do this")
    assert page.locator("nav a").all_inner_texts() == ["Feed", "Holds", "Policy"]


def test_a_hold_is_released_with_a_reason(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site)
    page.goto("/holds")
    held = page.locator("#hold-h1")
    held.locator("summary").click()
    held.locator("[name=cause]").select_option("honest")
    held.locator("[value=rejected]").click()
    assert page.url.endswith("/holds"), "without a reason nothing is sent"
    held.locator("[name=reason]").fill("invoice seen")
    held.locator("[value=rejected]").click()
    page.wait_for_load_state()
    (given,) = site.do(lambda: site.served.sink.words(VerdictGiven))
    assert (given.hold_id, given.verdict, given.reason) == ("h1", "rejected", "invoice seen")


def test_forms_do_their_work_without_any_script(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site, java_script_enabled=False)
    page.goto("/alerts/a1")
    page.locator("[name=assignee]").select_option("mia")
    page.get_by_role("button", name="Assign", exact=True).click()
    page.locator("#rule [name=cause]").select_option("counterfeit")
    page.click("#rule [value=confirmed]")
    assert len(site.do(lambda: site.served.sink.words(VerdictGiven))) == 1
    assert [one.action for one in site.do(lambda: site.served.sink.words(AuditEntry))][-2:] == ["assigned", "ruled"]


PAGES = (
    "/",
    "/?text=nothing",
    "/alerts/a1",
    "/alerts/a9",
    "/sellers/s1",
    "/holds",
    "/policy",
    "/audit",
    "/dead-letters",
)
LETTERS = ("/dead-letters", "/dead-letters/marketplace.orders.v1:0:1")


@pytest.mark.parametrize("look", ["light", "dark", "narrow", "chinese"])
def test_every_page_can_be_read_by_everybody(browser: Browser, site: Site, look: str) -> None:
    options: dict[str, Any] = {
        "light": {"color_scheme": "light"},
        "dark": {"color_scheme": "dark"},
        "narrow": {"viewport": {"width": 375, "height": 800}},
        "chinese": {"locale": "zh-CN"},
    }[look]
    page = sign_in(browser, site, "ada", **options)
    axe = Axe()
    for path in (*PAGES, *LETTERS, "/nowhere"):
        page.goto(path)
        found = axe.run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the screen"
        if look == "chinese":
            assert page.get_attribute("html", "lang") == "zh"
    page.context.clear_cookies()
    page.goto("/sign-in")
    assert axe.run(page).violations_count == 0
    assert page.errors == []  # type: ignore[attr-defined]


def test_the_page_is_dark_where_the_system_is_or_somebody_wants_it(browser: Browser, site: Site) -> None:
    def ground(page: Page) -> int:
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return sum(int(part) for part in colour.removeprefix("rgb(").rstrip(")").split(","))

    page = sign_in(browser, site, color_scheme="dark")
    assert ground(page) < 100
    page.click(".menu summary")
    page.click("[name=theme][value=light]")
    page.wait_for_load_state()
    assert ground(page) > 650


def test_the_language_is_chosen_and_remembered(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site)
    page.click(".menu summary")
    page.click("[name=lang][value=zh]")
    expect(page.locator("nav a").first).to_have_text("待办")
    page.goto("/alerts/a1")
    expect(page.locator(".evidence")).to_contain_text("另有 18 家卖")


def test_a_browser_shows_what_changed_before_its_stream_began(browser: Browser, site: Site) -> None:
    page = sign_in(browser, site)
    live(page)
    reached: list[Any] = []

    def late(route: Any) -> None:
        if not reached:
            reached.append(route.request.url)
            site.put(alert("a2", seller="s2", when=at(1)))
        route.continue_()

    page.route("**/stream*", late)
    page.reload()
    expect(page.locator("#row-a2")).to_be_visible()
    assert "since=" in reached[0]
    assert page.errors == []  # type: ignore[attr-defined]
