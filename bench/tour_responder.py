"""The responder's pictures: on duty, sent, without signal, in Spanish; and what the public sees."""

from playwright.sync_api import Page

from bench.camera import PHONE, Camera, take
from meris.demo.console import Console

_KEPT = """async () => {
  await navigator.serviceWorker.ready;
  const names = (await caches.keys()).filter((name) => name.startsWith('meris-pages-'));
  for (const name of names) {
    if (await (await caches.open(name)).match('/m/queue', { ignoreSearch: true })) return true;
  }
  return false;
}"""


def unit(camera: Camera) -> None:
    """Rita goes on duty, is sent, answers, and loses the signal."""
    with camera.page(camera.who("responder"), size=PHONE) as page:
        _open(page, "/m")
        take(page, "phone-duty")
        page.locator("#unit-choices button").filter(has_text="Available").first.click()
        page.locator("#status-now").wait_for()
        engine = int(page.locator("[name=subject]").first.input_value())
        _send(camera, engine)
        _open(page, "/m")
        page.locator("#assignment").wait_for()
        take(page, "phone-sent")
        page.wait_for_function(_KEPT)
        page.context.set_offline(True)
        page.locator("#respond button").click()
        page.locator("#status-pending").wait_for()
        take(page, "phone-no-signal")
        page.goto("/m/queue")
        page.wait_for_selector("html[data-ready]")
        take(page, "phone-waiting")
        page.context.set_offline(False)
        page.locator("#queue-waiting .none").wait_for()
    with camera.page(camera.who("responder"), PHONE, "dark", "es-US") as page:
        _open(page, "/m")
        take(page, "phone-spanish-dark")


def _open(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_selector("html[data-ready]")


def _send(camera: Camera, engine: int) -> None:
    """A dispatcher sends this unit to a fire a mile away."""
    console = Console(camera.address)
    dana = camera.who("dispatcher")
    console.log_in(dana, camera.passphrase(dana))
    place = console.get(f"/api/resources/{engine}").body["place"]
    call = {
        "type": "structure_fire",
        "lat": place["lat"] + 0.01,
        "lon": place["lon"] + 0.01,
        "note": "Smoke from the second floor, people on the balcony",
    }
    made = console.post("/api/incidents", call)
    if made.status >= 400:
        raise RuntimeError(made.body)
    incident = made.body["incident"]["id"]
    sent = console.post(
        f"/api/incidents/{incident}/assignments", {"units": [engine], "how": "dispatched"}
    )
    if sent.status >= 400:
        raise RuntimeError(sent.body)


def shelter(camera: Camera) -> None:
    """Sam counts the people in a shelter."""
    with camera.page(camera.who("shelter_manager"), size=PHONE) as page:
        _open(page, "/m/shelter")
        page.locator("#shelter-choices a").first.click()
        page.wait_for_selector("#count")
        take(page, "phone-shelter")


def public(camera: Camera) -> None:
    """Without a log-in, on a phone, in both languages."""
    for name, language in (("shelters-phone", "en-US"), ("shelters-spanish-phone", "es-US")):
        with camera.page(size=PHONE, language=language) as page:
            page.goto("/shelters?near=Springfield")
            take(page, name)
