"""Requests as a machine makes them."""

import json
import secrets
import urllib.request
from typing import Any

_LONGEST_S = 600


def post_form(
    url: str, fields: dict[str, str], file: tuple[str, bytes], *, token: str
) -> dict[str, Any]:
    """Send a form with one file, as curl would, and read the JSON answer."""
    mark = secrets.token_hex(16)
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    name, content = file
    head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = b"".join([*parts, head.encode(), content, f"\r\n--{mark}--\r\n".encode()])
    request = urllib.request.Request(url, body, method="POST")
    request.add_header("Content-Type", f"multipart/form-data; boundary={mark}")
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=_LONGEST_S) as answer:
        return dict(json.load(answer))
