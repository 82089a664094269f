"""What a run was: enough to run it again to the same bytes."""

from riskmodel.runs.manifest import Manifest, make_manifest, write_manifest

__all__ = ["Manifest", "make_manifest", "write_manifest"]
