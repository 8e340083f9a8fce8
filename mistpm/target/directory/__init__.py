"""An environment as files: `mistpm.target.directory.directory` is the target, `specs/directory-target.md` its page."""
