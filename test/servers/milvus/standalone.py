"""Runs Milvus standalone from its wheel, without the wheel's own wrapper process.

usage: standalone.py unpack BINARIES                         once
       standalone.py run BINARIES DATA PORT METRICS_PORT     becomes the server, so that the pid is the server's own
"""

import os
import socket
import sys

import milvus


class Config(milvus.MilvusServerConfig):
    """Chooses all ports next to the server's own: the wrapper's defaults are the ports of other servers."""

    def resolve_port(self, _start):
        return super().resolve_port(self.configs["proxy_port"] + 1)

    def try_bind_port(self, port):
        """The wrapper's own probe lacks SO_REUSEADDR, and fails for a minute after a kill."""
        probe = socket.socket()
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
            return probe
        except OSError:
            probe.close()
            return None


def write_etcd_config(config, path):
    """Without it the embedded etcd uses ports 2379 and 2380 regardless of milvus.yaml, and a second server fails."""
    client, peer = ("http://127.0.0.1:%d" % config.get(port) for port in ("etcd_port", "etcd_peer_port"))
    with open(path, "w") as file:
        for key in ("listen-client-urls", "advertise-client-urls"):
            file.write("%s: %s\n" % (key, client))
        for key in ("listen-peer-urls", "initial-advertise-peer-urls"):
            file.write("%s: %s\n" % (key, peer))
        file.write("name: default\ninitial-cluster: default=%s\n" % peer)
    return path


def run(binaries, data, port, metrics_port):
    config = Config(data_dir=data, proxy_port=int(port))
    config.configurable_items["etcd_peer_port"] = [int, 0]
    for part in ("rootCoord", "proxy", "queryCoord", "queryNode", "indexCoord", "indexNode", "dataCoord", "dataNode"):
        config.set(part + ".ip", "127.0.0.1")
    config.set("authorization_enabled", os.environ.get("MILVUS_AUTHORIZATION") == "true")
    config.resolve()
    etcd = write_etcd_config(config, os.path.join(data, "configs", "etcd.yaml"))
    exe = os.path.join(binaries, "bin", "milvus")
    settings = {
        "DEPLOY_MODE": "STANDALONE",
        "METRICS_PORT": metrics_port,
        "ETCD_CONFIG_PATH": etcd,
        "MILVUSCONF": os.path.join(data, "configs"),
        "MILVUS_RUN_DIR": os.path.join(data, "run"),
        "LD_LIBRARY_PATH": os.path.dirname(exe),
    }
    os.chdir(data)
    os.execve(exe, [exe, "run", "standalone"], {**os.environ, **settings})


if sys.argv[1] == "unpack":
    milvus._initialize_data_files(sys.argv[2])
else:
    run(*sys.argv[2:])
