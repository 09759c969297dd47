"""The application, which registers the system checks."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from corsac.django.checks import check_policy, check_surroundings


class CorsacConfig(AppConfig):
    """The application ``corsac.django``."""

    name = "corsac.django"
    label = "corsac"
    verbose_name = "corsac"

    def ready(self) -> None:
        """Register the checks."""
        register(check_policy, Tags.security)
        register(check_surroundings, Tags.security)
