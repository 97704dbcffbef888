"""``coupon.generate``: secure codes.

    code := 16 letters and digits in fours: base 32 of keyed BLAKE3(secret of the run, effect key), 80 bits

Unguessable without the run's secret, and the same when the run is resumed. While deciding it is a placeholder
(``{{steps/2#0}}``); the code is made when an effect that carries it is dispatched. The alphabet is
Crockford's: no I, L, O, U.
"""

from __future__ import annotations

from typing import Final

from blake3 import blake3

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SECRET_BYTES: Final = 32
"""Length of a run's secret: the key of BLAKE3."""
_CODE_BYTES: Final = 10


def coupon_code(secret: bytes, key: str) -> str:
    """Derive the code of an effect: ``secret`` are the run's 32 bytes, ``key`` the effect's key."""
    assert len(secret) == SECRET_BYTES, "the run's secret has 32 bytes"
    number = int.from_bytes(blake3(key.encode("ascii"), key=secret).digest(length=_CODE_BYTES), "big")
    digits = [ALPHABET[number >> shift & 31] for shift in range(8 * _CODE_BYTES - 5, -1, -5)]
    return "-".join("".join(digits[n : n + 4]) for n in range(0, len(digits), 4))
