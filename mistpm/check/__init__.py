"""Checks over everything that was rendered or is written somewhere, or is to be changed."""

from mistpm.check.custom_kinds import CustomKinds, definitions_in
from mistpm.check.duplicates import duplicate_resources, duplicate_subjects
from mistpm.check.manifests import check_manifests
from mistpm.check.subject import Subject, subject_of, subjects_of

__all__ = [
    "CustomKinds",
    "Subject",
    "check_manifests",
    "definitions_in",
    "duplicate_resources",
    "duplicate_subjects",
    "subject_of",
    "subjects_of",
]
