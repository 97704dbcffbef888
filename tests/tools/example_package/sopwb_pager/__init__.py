"""``pager.page``: pages somebody over a server that takes a line ``KEY TOKEN NUMBER TEXT`` and answers ``ok ID``."""

import asyncio
from collections.abc import Callable
from types import TracebackType

import msgspec

from sopwb.lang.environment import Parameter, ToolSignature
from sopwb.lang.types import STRING, RecordType
from sopwb.run.acting import Dispatch, Done, NotApplied, Protection, Rejected, Reply, Unknown
from sopwb.tools.secrets import Hidden, Redactor, reveal
from sopwb.tools.settings import read_settings
from sopwb.tools.tool import Equipment, Tool


class PagerSettings(msgspec.Struct, frozen=True):
    """The table ``[tools.pager]``."""

    host: str
    port: int
    token: str
    timeout_s: float = 30.0


class PagerActor:
    protection = Protection("idempotent", key_hours=24)  # this server answers a key that it has seen as before

    def __init__(self, settings: PagerSettings, token: Hidden, redactor: Redactor) -> None:
        self._settings, self._token, self._redactor = settings, token, redactor

    async def __aenter__(self) -> "PagerActor":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        pass  # nothing is kept open between two pages

    async def act(self, dispatch: Dispatch, commit: Callable[[], None]) -> Reply:
        number, text = dispatch.args["number"], dispatch.args["text"]
        if not number.isdigit() or not text.isprintable():
            return Rejected("args", "a number has digits only, and a text no line ends")
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                reader, writer = await asyncio.open_connection(self._settings.host, self._settings.port)
        except OSError as error:
            return NotApplied("connect", str(error))
        try:
            commit()  # from here on, whatever fails leaves the page in doubt
            line = f"{dispatch.key} {self._token.reveal()} {number} {text}\n"
            return await self._ask(line.encode(), reader, writer)
        finally:
            writer.transport.abort()

    async def _ask(self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Reply:
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                writer.write(line)
                answer = (await reader.readline()).decode(errors="replace").strip()
        except OSError as error:  # a TimeoutError is one
            return Unknown(f"no answer: {error or 'in time'}")
        word, _, rest = self._redactor.clean(answer).partition(" ")
        match word:
            case "ok":
                return Done({"id": rest})
            case "busy":
                return NotApplied("busy", rest, after_ms=1_000)
            case "no":
                return Rejected("no", rest)
        return Unknown(f"the server answered {word!r}")

    async def verify(self, dispatch: Dispatch) -> Reply:
        return Unknown("this server cannot be asked")


def pager_actor(equipment: Equipment) -> PagerActor:
    settings = read_settings(PagerSettings, "pager", equipment.settings)
    redactor = Redactor()
    token = reveal(settings.token, "tools.pager.token", equipment.secret, redactor)
    return PagerActor(settings, token, redactor)


PAGE = Tool(
    signature=ToolSignature(
        name="pager.page",
        args=(Parameter("number", STRING), Parameter("text", STRING)),
        returns=RecordType((("id", STRING),)),
        kind="effect",
        protection="idempotent",
    ),
    section="pager",
    needs=("host", "port", "token"),
    actor=pager_actor,
)
