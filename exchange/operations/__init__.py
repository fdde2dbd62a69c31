"""What can be done at the door to the supplier's billing system: `importing` registries, `exporting` accepted readings,
and taking in what billing `answering` them says."""

from exchange.operations.answering import Answered, take_reply
from exchange.operations.exporting import export_readings
from exchange.operations.importing import import_registry

__all__ = ["Answered", "export_readings", "import_registry", "take_reply"]
