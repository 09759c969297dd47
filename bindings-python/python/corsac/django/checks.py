"""The system checks: the problems of the policy, and other settings of Django that disagree with it.

The id of each message is ``corsac.`` and a code. ``SILENCED_SYSTEM_CHECKS`` takes these ids.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Info
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host
from django.utils.http import is_same_domain

from corsac._corsac import ConfigError, FrameworkDecider, Issue
from corsac.django.setting import NAME, MiddlewareArguments, read_setting

MIDDLEWARE = "corsac.django.CorsacMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
_SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
_OTHER_APP, _OTHER_MIDDLEWARE = "corsheaders", "corsheaders.middleware.CorsMiddleware"


def check_policy(**_: object) -> list[CheckMessage]:
    """Report every problem of the policy, and every setting of it that is valid but risky."""
    try:
        arguments = read_setting()
        FrameworkDecider(arguments.policy, (None, None))
    except ConfigError as error:
        return [_of_issue(issue, Error) for issue in error.issues]
    except ImproperlyConfigured as error:
        return [Error(*_parted(str(error)), id="corsac.setting")]
    except (OSError, ImportError, TypeError, ValueError) as error:
        return [Error(f"{NAME}: {error}", id="corsac.setting")]
    except Exception as error:  # a module that the setting names may raise anything while it is imported
        return [Error(f"{NAME}: {type(error).__name__}: {error}", id="corsac.setting")]
    return [_of_issue(lint, checks.Warning) for lint in _policy(arguments).lints]


def check_surroundings(**_: object) -> list[CheckMessage]:
    """Report other settings of Django that disagree with the policy."""
    messages = [*_about_middleware(), *_about_trusted_origins()]
    try:
        arguments = read_setting()
    except Exception:  # `check_policy` reports it
        return messages
    decider = FrameworkDecider(arguments.policy, (None, None))
    messages += _about_handshakes(decider)
    messages += _about_protection(decider)
    if decider.allows_credentials:
        messages += _about_csrf(arguments)
        messages += _about_cookies()
    return messages


def _about_middleware() -> Iterator[CheckMessage]:
    middleware = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in middleware:
        yield checks.Warning(
            "corsac.django is in INSTALLED_APPS, but its middleware is not in MIDDLEWARE: no response has CORS headers",
            hint=f'write "{MIDDLEWARE}" as the first entry of MIDDLEWARE',
            id="corsac.middleware-missing",
        )
    elif before := middleware[: middleware.index(MIDDLEWARE)]:
        names = ", ".join(path.rpartition(".")[2] for path in before)
        runs = "runs" if len(before) == 1 else "run"
        yield checks.Warning(
            f"{names} {runs} before CorsacMiddleware: a redirect or an error of such a middleware has no CORS "
            "headers, and preflights reach it",
            hint=f'write "{MIDDLEWARE}" as the first entry of MIDDLEWARE; silence this message if what is before it '
            "never responds itself",
            id="corsac.middleware-order",
        )
    if _OTHER_APP in settings.INSTALLED_APPS or _OTHER_MIDDLEWARE in middleware:
        yield checks.Warning(
            "django-cors-headers is installed as well: two policies decide on the same headers",
            hint=f'remove "{_OTHER_APP}" from INSTALLED_APPS and "{_OTHER_MIDDLEWARE}" from MIDDLEWARE; docs/python.md '
            "says what each of its settings becomes",
            id="corsac.django-cors-headers",
        )


def _about_handshakes(decider: FrameworkDecider) -> Iterator[CheckMessage]:
    is_asgi = bool(getattr(settings, "ASGI_APPLICATION", None)) or "channels" in settings.INSTALLED_APPS
    if decider.judges_handshakes and is_asgi:
        yield checks.Warning(
            "the policy's protection checks WebSocket handshakes, but under ASGI these never reach Django's middleware",
            hint="in asgi.py, write application = corsac.CORSMiddleware(application, policy=...)",
            id="corsac.websockets",
        )


def _about_trusted_origins() -> Iterator[CheckMessage]:
    """Origins that Django cannot read."""
    for trusted in settings.CSRF_TRUSTED_ORIGINS:
        if _split(trusted) is None:
            yield Error(
                f"CSRF_TRUSTED_ORIGINS has {trusted!r}, which is not a valid origin",
                hint="write a scheme and a host, as pages of the origin have them in their URLs",
                id="corsac.csrf-trusted-origins",
            )


def _about_protection(decider: FrameworkDecider) -> Iterator[CheckMessage]:
    """Origins whose writes Django accepts but the policy's protection refuses."""
    for trusted, url in _trusted_origins():
        # The site itself, which is listed if a proxy changes the scheme or the host.
        if "*" in url.netloc or _is_host(url.hostname or ""):
            continue
        if decider.objects_to_writes_from(trusted):
            yield checks.Warning(
                f"CSRF_TRUSTED_ORIGINS has {trusted!r}, but the policy's protection refuses its writes",
                hint=f"add {trusted!r} to `trusted_origins` of the policy's `protection`, or remove it from "
                "CSRF_TRUSTED_ORIGINS",
                id="corsac.csrf-trusted-origins",
            )


def _about_csrf(arguments: MiddlewareArguments) -> Iterator[CheckMessage]:
    """Origins that may send cookies but whose writes Django refuses."""
    if _CSRF not in settings.MIDDLEWARE:
        return
    missing = [listed for listed in _listed_origins() if not _is_trusted(listed)]
    if missing:
        names = ", ".join(map(repr, missing))
        yield checks.Warning(
            f"pages of {', '.join(missing)} may send cookies, but CSRF_TRUSTED_ORIGINS does not have "
            f"{'it' if len(missing) == 1 else 'them'}: Django's CSRF protection refuses their writes with 403",
            hint=f"add {names} to CSRF_TRUSTED_ORIGINS; silence this message if such pages only read, or if the views "
            "are exempt from CSRF protection",
            id="corsac.csrf-trusted-origins",
        )


def _about_cookies() -> Iterator[CheckMessage]:
    cookies = [("SESSION_COOKIE", _SESSIONS in settings.MIDDLEWARE), ("CSRF_COOKIE", _CSRF in settings.MIDDLEWARE)]
    for name, is_used in cookies:
        same_site = getattr(settings, f"{name}_SAMESITE")
        if not is_used:
            continue
        if same_site == "None" and not getattr(settings, f"{name}_SECURE"):
            yield checks.Warning(
                f"{name}_SAMESITE is 'None' and {name}_SECURE is False: browsers refuse such a cookie",
                hint=f"write {name}_SECURE = True",
                id="corsac.cookie-secure",
            )
        elif same_site != "None" and same_site:
            yield Info(
                f"the policy allows credentials, but {name}_SAMESITE is {same_site!r}: browsers send the cookie only "
                "from pages of the same site, such as from app.example.com to api.example.com",
                hint=f"if the pages are on another site, write {name}_SAMESITE = 'None' and {name}_SECURE = True; "
                "if not, silence this message",
                id="corsac.cookie-samesite",
            )


def _policy(arguments: MiddlewareArguments) -> Any:  # noqa: ANN401
    return getattr(arguments.policy, "policy", arguments.policy)


def _of_issue(issue: Issue, kind: type[checks.Error | checks.Warning]) -> CheckMessage:
    line = "" if issue.line is None else f", line {issue.line}"
    return kind(f"{NAME}: {issue.field}{line}: {issue.message}", hint=issue.help or None, id=f"corsac.{issue.code}")


def _parted(message: str) -> tuple[str, str | None]:
    """A message, and the hint at its end."""
    text, _, hint = message.partition(": write ")
    return text, f"write {hint}" if hint else None


def _listed_origins() -> list[str]:
    """The origins that the policy lists one by one; none if a program builds it."""
    given: Any = getattr(settings, NAME)
    if "policy_file" in given:
        file = Path(given["policy_file"])
        text = file.read_text(encoding="utf-8")
        given = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    listed: Iterable[object] = given.get("allow_origins", ())
    return [str(each) for each in listed if urlsplit(str(each)).netloc]


def _trusted_origins() -> list[tuple[str, SplitResult]]:
    """The entries of CSRF_TRUSTED_ORIGINS that can be read."""
    pairs = ((trusted, _split(trusted)) for trusted in settings.CSRF_TRUSTED_ORIGINS)
    return [(trusted, url) for trusted, url in pairs if url is not None]


def _split(origin: str) -> SplitResult | None:
    try:
        return urlsplit(origin)
    except ValueError:
        return None


def _is_trusted(listed: str) -> bool:
    """Whether Django accepts writes from an origin, as CsrfViewMiddleware decides."""
    if listed in settings.CSRF_TRUSTED_ORIGINS:
        return True
    url = urlsplit(listed)
    return any(
        url.scheme == trusted.scheme and is_same_domain(url.netloc, trusted.netloc.removeprefix("*"))
        for _, trusted in _trusted_origins()
        if trusted.netloc.startswith("*")
    )


def _is_host(name: str) -> bool:
    return validate_host(name, [host for host in settings.ALLOWED_HOSTS if host != "*"])
