"""corsac as an application of Django: a middleware, one setting, and system checks.

    INSTALLED_APPS = ["corsac.django", ...]
    MIDDLEWARE = ["corsac.django.CorsacMiddleware", ...]
    CORSAC = {"allow_origins": ["https://app.example.com"], "allow_credentials": True}

``manage.py check`` prints every problem of the policy, and other settings of Django that disagree with it.
"""

from corsac.django.middleware import CorsacMiddleware

__all__ = ["CorsacMiddleware"]
