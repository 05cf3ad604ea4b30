"""Who is at the desk, and what they may do there."""

import asyncio
import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from fastapi import Request
from starlette.datastructures import FormData

from serving.api.access import Access
from serving.api.problems import not_ready
from serving.desk.refusals import RefusalError, SignInError
from serving.settings import Settings
from serving.store.decisions import LOCAL
from serving.store.errors import StoreError
from serving.store.queue_work import Actor
from serving.store.secret import Scope
from serving.store.sessions import Choices, form_token
from serving.store.store import Store

Role = Literal["reader", "editor", "admin"]
ROLES: tuple[Role, ...] = ("reader", "editor", "admin")  # each may do what those before it may
COOKIE = "forewarn_desk"
LONGEST_NAME = 200
_LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the desk. `token` is their session's."""

    id: str
    name: str
    role: Role
    key_id: str
    token: str
    choices: Choices

    def may(self, role: Role) -> bool:
        """Whether they have this role, or one that includes it."""
        return ROLES.index(self.role) >= ROLES.index(role)

    @property
    def form_token(self) -> str:
        """What their forms carry."""
        return form_token(self.token)

    @property
    def actor(self) -> Actor:
        """The same, as the store names whoever changes something."""
        return Actor(self.id, self.name, self.key_id, may_take_over=self.role == "admin")


@dataclass(frozen=True, slots=True)
class Acting:
    """Somebody who sent a form of ours."""

    person: Person
    form: FormData

    def text(self, name: str) -> str:
        """A field of the form; empty where it is not there, or is a file."""
        value = self.form.get(name)
        return value if isinstance(value, str) else ""


def role_of(scopes: frozenset[Scope]) -> Role | None:
    """The highest role among a key's scopes; None where it does not open the desk."""
    found = [role for role in ROLES if role in scopes]
    return found[-1] if found else None


def looking(role: Role = "reader") -> Callable[[Request], Awaitable[Person]]:
    """A page's dependency: whoever asks must have the role."""

    async def admitted(request: Request) -> Person:
        person = await _find(request)
        request.state.desk_person = person
        if not person.may(role):
            raise RefusalError(
                403,
                f"This is for the role {role}. You are {person.name}, {person.role}. Nothing was "
                "done. Ask whoever gives keys out.",
            )
        return person

    return admitted


def acting(role: Role = "editor") -> Callable[[Request], Awaitable[Acting]]:
    """A form's dependency: whoever sends it must have the role, and it must be ours."""
    look = looking(role)

    async def admitted(request: Request) -> Acting:
        person = await look(request)
        form = await read_form(request)
        sent = form.get("token")
        if not isinstance(sent, str) or not matches(sent, person.form_token):
            raise RefusalError(
                403,
                "The form did not come from a page of your session. Nothing was done. Open the "
                "page anew and send it again.",
            )
        return Acting(person, form)

    return admitted


def matches(sent: str, token: str) -> bool:
    """Whether a form carries this token."""
    return hmac.compare_digest(sent.encode("utf-8", "replace"), token.encode())


async def read_form(request: Request) -> FormData:
    """The fields and files of a form, as large as the settings allow."""
    settings: Settings = request.app.state.settings
    return await request.form(max_files=1, max_fields=200, max_part_size=settings.max_body_bytes)


def is_loopback(request: Request) -> bool:
    """Whether the address in the browser's bar is this machine's own."""
    return (request.url.hostname or "") in _LOOPBACK


def proxied_name(request: Request) -> str | None:
    """Whom a trusted proxy names; None where there is none. Anybody else's header says nothing."""
    settings: Settings = request.app.state.settings
    name = request.headers.get(settings.identity_header) if settings.identity_header else None
    if not name or not _is_trusted(request, settings):
        return None
    fits = len(name) <= LONGEST_NAME and name.isprintable() and name.strip()
    return name.strip() if fits else None


def _is_trusted(request: Request, settings: Settings) -> bool:
    try:
        peer = ipaddress.ip_address(request.client.host if request.client else "")
        networks = [ipaddress.ip_network(one) for one in settings.trusted_proxies.split()]
    except ValueError:
        return False
    return any(peer in network for network in networks)


async def _find(request: Request) -> Person:
    """Whose session it is. The local person, and whom a proxy names, get one unasked."""
    state = request.app.state
    access: Access | None = state.access
    if access is None:
        raise not_ready()
    try:
        local = not await access.needs_keys()
        if local and proxied_name(request) is None and not is_loopback(request):
            # Another site's name may lead here: what a browser then shows it must not be ours.
            raise RefusalError(
                403, "Without keys the desk answers on this machine's own address only. Use that."
            )
        return await asyncio.to_thread(_session, request, state.store, local)
    except StoreError:
        raise not_ready() from None


def _session(request: Request, store: Store, local: bool) -> Person:
    token = request.cookies.get(COOKIE, "")
    proxied = proxied_name(request)
    found = store.sessions.find(token) if token else None
    person = None
    if found:
        person = _known(request, store, token, found.way, found.person, found.name)
        stale = proxied is not None and (found.way != "proxy" or found.person != proxied)
        if person and not stale and (local or found.way != "local"):
            return person
    if proxied is not None:
        way, name = "proxy", proxied
    elif local:
        way, name = "local", LOCAL
    else:
        raise SignInError
    token = store.sessions.begin(way, name, name)  # type: ignore[arg-type]
    request.state.desk_token = token
    person = _known(request, store, token, way, name, name)
    if person is None:
        raise SignInError
    return person


def _known(
    request: Request, store: Store, token: str, way: str, id_: str, name: str
) -> Person | None:
    """A session's person with the role that they have now; None where they have none any more."""
    role: Role | None = "admin"
    key_id = LOCAL
    if way == "key":
        key = store.keys.find(id_)
        role, key_id = (role_of(key.scopes) if key else None), id_
    elif way == "proxy":
        role = request.app.state.settings.identity_role if proxied_name(request) == id_ else None
        key_id = "proxy"
    if role is None:
        return None
    return Person(id_, name, role, key_id, token, store.sessions.choices(id_))
