"""How often and after which wait an effect is tried again.

    wait before attempt n + 1 = half of min(cap, base × factor^(n−1)), and a share of the other half

The share is derived from the effect's key and the attempt: a thousand effects that failed together do not come back
together, and the same run waits the same. What the other side asks for (``after_ms``) is waited for at least.
"""

from __future__ import annotations

from typing import Final

from sopwb.kernel.ids import digest
from sopwb.kernel.limits import (
    EFFECT_RETRIES,
    EFFECT_RETRY_BASE_MS,
    EFFECT_RETRY_CAP_MS,
    EFFECT_RETRY_FACTOR,
    RETRY_DELAY_MS_MAX,
)
from sopwb.lang.ir import OnError, Retry

DEFAULT: Final = Retry(EFFECT_RETRIES, EFFECT_RETRY_BASE_MS, EFFECT_RETRY_FACTOR, EFFECT_RETRY_CAP_MS)


def retry_of(policy: OnError | None) -> Retry:
    """Give the retries that a step asks for, else the default."""
    return policy.retry if policy is not None and policy.retry is not None else DEFAULT


def then_of(policy: OnError | None) -> str:
    """Say what follows when an effect is given up: fail, skip or dead_letter."""
    return policy.then if policy is not None else "fail"


def wait_ms(retry: Retry, attempt: int, key: bytes, after_ms: int = 0) -> int:
    """Give the wait after the failed attempt ``attempt`` (from 1), in ms."""
    longest = min(retry.cap_ms, RETRY_DELAY_MS_MAX)
    whole = longest
    if retry.factor == 1 or attempt <= 40:  # 2^40 ms is beyond any cap
        whole = min(longest, retry.base_ms * retry.factor ** (attempt - 1))
    share = int.from_bytes(digest(key, b"%d" % attempt)[:4], "big") / 2**32
    return max(whole // 2 + int((whole - whole // 2) * share), min(after_ms, RETRY_DELAY_MS_MAX))
