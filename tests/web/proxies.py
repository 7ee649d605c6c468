"""Real proxies that run the very configurations of docs/proxies.md, on free ports and with a certificate of their own."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "news.example.org"
DOCUMENT = Path(__file__).parents[2] / "docs" / "proxies.md"
START_S = 20


@dataclass
class Proxy:
    """A running proxy."""

    http: int
    https: int
    #: Where everything that it writes down is, its own output included.
    logs: Path
    keeps_media: bool

    def logged(self) -> str:
        """Return everything that was written down so far."""
        return "".join(path.read_text(encoding="utf-8", errors="replace") for path in self.logs.iterdir())


def configuration(language: str) -> str:
    """Return the configuration of the document in *language*."""
    found = re.search(
        rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found
    return found[1]


def program(name: str) -> str:
    """Return the path of a server; skips where there is none, unless it is required."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if path is None and os.environ.get("NEWSLETTER_TEST_PROXIES") != "required":
        pytest.skip(f"{name} is not installed: apt-get install {name}")
    assert path, f"{name} is not installed"
    return path


@contextmanager
def nginx(site_port: int, folder: Path) -> Iterator[Proxy]:
    """Run nginx before the site at *site_port*."""
    proxy = _new_proxy(folder, keeps_media=True)
    _make_certificate(folder)
    text = configuration("nginx")
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    for old, new in {
        "127.0.0.1:8000": f"127.0.0.1:{site_port}",
        "listen 80": f"listen 127.0.0.1:{proxy.http}",
        "listen 443": f"listen 127.0.0.1:{proxy.https}",
        "/etc/letsencrypt/live/news.example.org": str(folder),
        "/var/cache/nginx/newsletter": str(folder / "cache"),
        "/var/log/nginx": str(proxy.logs),
        "client_header_timeout 10s": "client_header_timeout 1s",
    }.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "newsletter.conf").write_text(text, encoding="utf-8")
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}daemon off;\npid {folder}/pid;\nevents {{}}\nhttp {{\n"
        f"client_body_temp_path {folder}/body;\nproxy_temp_path {folder}/proxy;\n"
        f"fastcgi_temp_path {folder}/f;\nuwsgi_temp_path {folder}/u;\nscgi_temp_path {folder}/s;\n"
        f"include {folder}/newsletter.conf;\n}}\n",
        encoding="utf-8",
    )
    command = [program("nginx"), "-c", f"{folder}/nginx.conf", "-e", str(proxy.logs / "start")]
    with _running(command, proxy):
        yield proxy


@contextmanager
def caddy(site_port: int, folder: Path) -> Iterator[Proxy]:
    """Run Caddy before the site at *site_port*, with a certificate that it makes by itself."""
    proxy = _new_proxy(folder, keeps_media=False)
    text = configuration("caddy")
    ours = (
        f"\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\tdefault_bind 127.0.0.1\n"
        f"\thttp_port {proxy.http}\n\thttps_port {proxy.https}\n\tstorage file_system {folder}/storage\n"
    )
    assert text.startswith("{\n")
    text = "{" + ours + text[2:]
    for old, new in {
        "127.0.0.1:8000": f"127.0.0.1:{site_port}",
        "read_header 10s": "read_header 1s",
    }.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    command = [program("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with _running(command, proxy, HOME=str(folder), XDG_CONFIG_HOME=str(folder), XDG_DATA_HOME=str(folder)):
        yield proxy


def _new_proxy(folder: Path, *, keeps_media: bool) -> Proxy:
    logs = folder / "logs"
    logs.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return Proxy(one.getsockname()[1], other.getsockname()[1], logs, keeps_media)


@contextmanager
def _running(command: list[str], proxy: Proxy, **variables: str) -> Iterator[None]:
    """Run *command* until the end of the block, which begins when the proxy can be reached."""
    with (
        (proxy.logs / "output").open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output, env=os.environ | variables) as process,
    ):
        try:
            for port in (proxy.http, proxy.https):
                _wait_for(port, process, proxy)
            yield
        finally:
            process.terminate()


def _wait_for(port: int, process: subprocess.Popen[bytes], proxy: Proxy) -> None:
    until = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the proxy did not start:\n{proxy.logged()}")


def _make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
