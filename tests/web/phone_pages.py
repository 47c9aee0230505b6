"""The phone in the hands of somebody whose browser has no script."""

import html
import re


def text_of(answer):
    """The page as it is read, without tags."""
    assert answer.status_code == 200, answer.text[:500]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def form_of(page, report):
    """The hidden fields of the first form of a kind, as a browser without a script sends them."""
    form = re.search(rf'<form(?=[^>]*data-report="{report}").*?</form>', page.text, re.DOTALL)
    assert form, f"no form to report {report}"
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return {name: html.unescape(value) for name, value in fields}


def send(client, form, **more):
    """Post a form; the page that follows."""
    answer = client.post("/m/report", data={**form, **more})
    assert answer.status_code == 303, answer.text[:500]
    return text_of(client.get(answer.location))
