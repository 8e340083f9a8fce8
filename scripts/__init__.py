"""What builds and shows the project: run as modules, such as `python -m scripts.demo`."""
