from django.apps import AppConfig

from meters.feed_log import watch_logs


class MetersConfig(AppConfig):
    name = "meters"
    verbose_name = "Приборы учёта и показания"

    def ready(self) -> None:
        watch_logs()
