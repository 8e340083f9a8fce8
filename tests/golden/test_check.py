"""What `mistpm check` says: of files, of an environment, with waivers, and of everything that can be wrong."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from toy_registry import ToyRegistry
from transcript import Transcript

from mistpm import __version__
from mistpm.cli import option_groups

OLD = """\
# the shop, as it was written for 1.20
apiVersion: networking.k8s.io/v1beta1
kind: Ingress
metadata:
  name: web
  namespace: shop
spec:
  rules:
    - host: shop.example.org
      http:
        paths:
          - backend: {serviceName: web, servicePort: 80}
---
apiVersion: v1
kind: List
items:
  - apiVersion: policy/v1beta1
    kind: PodSecurityPolicy
    metadata: {name: restricted}
    spec:
      fsGroup: {rule: RunAsAny}
      runAsUser: {rule: RunAsAny}
      seLinux: {rule: RunAsAny}
      supplementalGroups: {rule: RunAsAny}
  - apiVersion: batch/v1beta1
    kind: CronJob
    metadata: {name: report, namespace: shop}
    spec:
      schedule: "@daily"
      jobTemplate:
        spec:
          template:
            spec:
              restartPolicy: Never
              containers: [{name: report, image: report}]
"""
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replica: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: nginx
          ports:
            - containerPort: "80"
"""
CLEAN = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {colour: blue}
"""
BROKEN_DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: readings.meter.example.org}
spec:
  group: meter.example.org
  scope: Namespaced
  names: {plural: readings, kind: Reading}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: objct}}}}
"""


@pytest.fixture(autouse=True)
def _a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the same day always."""
    monkeypatch.setattr(option_groups, "today", lambda: "2026-12-01")


def write(session: Transcript, path: str, text: str) -> None:
    """Put a file into the session's folder."""
    file = session.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_files_with_old_apis(session: Transcript) -> None:
    """What users of other tools look for: what goes away, when, and what to write instead."""
    write(session, "old/shop.yaml", OLD)
    session.run("mistpm check -f old -k 1.20")
    session.run("mistpm check -f old -k 1.21,1.22,1.25")
    session.run("mistpm check -f old -k '>=1.19 <1.23' --fail-on warning")
    session.expect("check-old-apis")


def test_files_with_mistakes(session: Transcript) -> None:
    """Fields, types and missing values with their lines; what is right says so in a line."""
    write(session, "deploy/web.yaml", WEB)
    write(session, "deploy/settings.yaml", CLEAN)
    write(session, "deploy/kustomization.yaml", "resources: [web.yaml, settings.yaml]\n")
    write(session, "deploy/values.yaml", "replicas: 2\n")
    session.run("mistpm check -f deploy -k 1.33")
    session.run("mistpm check -f deploy/settings.yaml -k v1.33.2")
    session.run("mistpm check deploy/settings.yaml")
    session.expect("check-files")


def test_everything_wrong_in_one_run(session: Transcript) -> None:
    """Nothing hides anything else, and nothing ends in a traceback."""
    write(session, "a.yaml", f"{CLEAN}---\nkind: [\n---\njust text\n---\nmetadata: {{name: x}}\n")
    write(session, "b.yaml", f"{CLEAN}---\n{BROKEN_DEFINITION}")
    write(session, "c.yaml", "apiVersion: apps/v1\nkind: Deploymnt\nmetadata: {name: web}\n")
    write(session, "d.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n")
    write(session, "empty.yaml", "# nothing\n")
    (session.folder / "e.yaml").write_bytes(b"\x7fELF\xff\xfe\x00")
    (session.folder / "none").mkdir()
    session.run(
        "mistpm check -f a.yaml -f b.yaml -f c.yaml -f d.yaml -f e.yaml -f empty.yaml -f none"
        " -f nowhere.yaml -k 1.33,1.99"
    )
    session.expect("check-everything-wrong")


def test_wrong_command_lines(session: Transcript) -> None:
    """Versions that are none, two things to check, nothing to check."""
    write(session, "web.yaml", WEB)
    session.run("mistpm check -f web.yaml -k 1.33,newest -k '>=a'")
    session.run("mistpm check -f web.yaml --cluster")
    session.run("mistpm check -f web.yaml -o xml")
    session.run("mistpm check")
    session.run("mistpm check -f web.yaml -k 1.99")
    session.expect("check-wrong-command-lines")


def test_standard_input(session: Transcript, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another program prints; nothing at all is an error."""
    for text in (WEB, ""):
        stream = io.TextIOWrapper(io.BytesIO(text.encode()))
        monkeypatch.setattr(sys, "stdin", stream)
        session.run("mistpm check -f - -k 1.33")
    session.expect("check-standard-input")


def test_findings_as_data(session: Transcript) -> None:
    """JSON with an entry for each version, YAML, and SARIF for code hosts."""
    write(session, "old.yaml", OLD.partition("---")[0])
    session.replace(f'"version": "{__version__}"', '"version": "0.1.0"')
    session.run("mistpm check -f old.yaml -k 1.22,1.23 -o json")
    session.run("mistpm check -f old.yaml -k 1.22 -o yaml")
    session.run("mistpm check -f old.yaml -k 1.22,1.23 -o sarif")
    session.run("mistpm check -f old.yaml -k 1.20 -o sarif")
    session.expect("check-as-data")


INGRESS = """\
{% if capabilities.kubernetesVersion in ["1.18", "1.19"] %}
apiVersion: networking.k8s.io/v1beta1
{% else %}
apiVersion: networking.k8s.io/v1
{% endif %}
kind: Ingress
metadata: {name: {{ name }}}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
"""


@pytest.fixture
def old_shop(session: Transcript, folder: Path) -> Transcript:
    """Begin a session in an environment whose packages are not right for every version."""
    registry = ToyRegistry(folder / "mine", name="mine")
    registry.publish(
        "apps/web",
        "1.0.0",
        {"web.yaml": WEB.replace("  namespace: shop\n", ""), "ingress.yaml": INGRESS},
    )
    registry.publish(
        "apps/settings", "1.0.0", {"settings.yaml": CLEAN.replace(", namespace: shop", "")}
    )
    registry.index()
    session.run('mistpm init --kubernetes ">=1.19 <1.23"')
    session.run("mistpm registry add mine ../mine")
    session.run("mistpm add web -p mine/apps/web")
    session.run("mistpm add settings -p mine/apps/settings")
    session.text = ""
    return session


def test_an_environment(old_shop: Transcript) -> None:
    """It is rendered for each of its versions; what is wrong forbids installing it."""
    old_shop.run("mistpm check")
    old_shop.run("mistpm check --kubernetes 1.30")
    old_shop.run("mistpm plan")
    old_shop.run("mistpm install --yes")
    old_shop.expect("check-environment")


WAIVERS = """\
waivers:
  - code: invalid-field
    release: web
    resource: {kind: Deployment}
    path: spec.replica
    reason: the server leaves it out
    until: 2027-03-01
  - code: wrong-type
    reason: it is mended in the next version
    until: 2026-11-30
  - code: api-not-yet
    reason: not needed
    until: 2027-03-01
"""


def test_waivers(old_shop: Transcript) -> None:
    """What somebody accepts does not count; what is over, or needed by nothing, is told."""
    path = old_shop.folder / "mistpm.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + WAIVERS, encoding="utf-8")
    old_shop.run("mistpm check --kubernetes 1.22")
    old_shop.run("mistpm check")
    old_shop.run("mistpm check -o json --kubernetes 1.22")
    path.write_text(
        text + WAIVERS.replace("2026-11-30", "soon").replace("reason: not needed", "reason: ''")
    )
    old_shop.run("mistpm check")
    old_shop.expect("check-waivers")
