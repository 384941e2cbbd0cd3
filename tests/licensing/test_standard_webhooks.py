"""Signatures of webhooks, against the vector that the scheme's authors publish."""

import base64
import hashlib
import hmac

from licensing import standard_webhooks

# From the tests of the reference implementations (standard-webhooks/standard-webhooks).
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = {"message_id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "timestamp": 1614265330}
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_signature_is_the_published_one():
    assert standard_webhooks.signature(SECRET, **MESSAGE, body=BODY) == SIGNATURE


def test_headers_name_message_time_and_signature():
    assert standard_webhooks.headers([SECRET], **MESSAGE, body=BODY) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_two_live_secrets_give_two_signatures():
    other = standard_webhooks.written(bytes(range(32)))

    found = standard_webhooks.headers([other, SECRET], **MESSAGE, body=BODY)["webhook-signature"]

    assert found.split(" ")[1] == SIGNATURE
    assert len(found.split(" ")) == 2


def test_secret_is_written_as_the_scheme_says():
    key = bytes(range(32))
    secret = standard_webhooks.written(key)

    assert secret.startswith("whsec_")
    signed = hmac.digest(key, b"m.1.{}", hashlib.sha256)
    found = standard_webhooks.signature(secret, message_id="m", timestamp=1, body=b"{}")
    assert base64.b64decode(found.removeprefix("v1,")) == signed
