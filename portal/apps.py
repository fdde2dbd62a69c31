from django.apps import AppConfig

from portal.request_lines import watch_logs


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Портал"

    def ready(self) -> None:
        watch_logs()
