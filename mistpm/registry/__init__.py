"""Where packages come from: folders, Git repositories, web servers, and the cache of what came."""

from __future__ import annotations

from mistpm.registry.cache import Cache
from mistpm.registry.progress import Fetched
from mistpm.registry.registries import Registries
from mistpm.registry.store import Store

__all__ = ["Cache", "Fetched", "Registries", "Store"]
