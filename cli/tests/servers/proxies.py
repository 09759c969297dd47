"""Real proxies in front of an application, each with the same faults planted in its configuration.

A fault has a folder: `/twice/api/hello` is the application's `/api/hello`, behind a proxy that adds a header a second time.
Every proxy listens with and without TLS.
"""

import json
import os
import shutil
from pathlib import Path

from browser import ROOT
from processes import Process, free_port

# The folder with the installed packages of requirements.txt.
TOOLS = ROOT / "target" / "tools" / "proxies" / "bin"


class Proxy:
    """A running proxy. Subclasses write its configuration."""

    name = ""
    # Faults that it cannot be configured to have.
    cannot = ()

    def __init__(self, folder, application, hanging, closed, authority):
        """The ports are those of the application, of a server that never responds, and one on which no server listens.
        """
        self.folder = folder / self.name
        self.folder.mkdir()
        self.application, self.hanging, self.closed, self.authority = application, hanging, closed, authority
        self.plain, self.tls = free_port(), free_port()
        self.process = Process(self.command(), [self.plain, self.tls], self.folder / "log", **self.environment())

    def environment(self):
        return {}

    def command(self):
        raise NotImplementedError

    def stop(self):
        self.process.stop()


class Nginx(Proxy):
    name = "nginx"

    def command(self):
        temporary = "\n".join(f"{kind}_temp_path {kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.geteuid() == 0 else ""
        cache = "proxy_cache pages; proxy_cache_valid 200 60s; proxy_ignore_headers Cache-Control Expires;"
        configuration = f"""
            {user} worker_processes 1; pid nginx.pid; daemon off;
            events {{ worker_connections 64; }}
            http {{
              {temporary}
              access_log off;
              proxy_cache_path cache keys_zone=pages:1m;
              server {{
                listen 127.0.0.1:{self.plain};
                listen 127.0.0.1:{self.tls} ssl;
                ssl_certificate {self.authority.chain};
                ssl_certificate_key {self.authority.key};
                proxy_set_header Host $http_host;
                location / {{ proxy_pass http://127.0.0.1:{self.application}/; }}
                location /good/ {{ proxy_pass http://127.0.0.1:{self.application}/; }}
                location /twice/ {{
                  add_header Access-Control-Allow-Origin $http_origin always;
                  proxy_pass http://127.0.0.1:{self.application}/;
                }}
                location /vary-dropped/ {{
                  proxy_hide_header Vary;
                  add_header Cache-Control "public, max-age=60" always;
                  proxy_pass http://127.0.0.1:{self.application}/;
                }}
                location /login/ {{ return 302 /sign-in; }}
                location = /sign-in {{ return 200 "sign in"; }}
                {"".join(f'''
                location /preflight-{status}/ {{
                  if ($request_method = OPTIONS) {{ return {status}; }}
                  proxy_pass http://127.0.0.1:{self.application}/;
                }}''' for status in (401, 404, 405))}
                location /bad-gateway/ {{ proxy_pass http://127.0.0.1:{self.closed}/; }}
                location /time-out/ {{ proxy_read_timeout 1s; proxy_pass http://127.0.0.1:{self.hanging}/; }}
                location /hangs/ {{ proxy_pass http://127.0.0.1:{self.hanging}/; }}
                location /closes/ {{ return 444; }}
                location /error/ {{ return 500; }}
                location /any/ {{
                  proxy_hide_header Access-Control-Allow-Origin;
                  add_header Access-Control-Allow-Origin * always;
                  proxy_pass http://127.0.0.1:{self.application}/;
                }}
                location /to-plain/ {{ return 301 http://$host:{self.plain}/good/api/hello; }}
                location /cached/ {{ {cache} proxy_pass http://127.0.0.1:{self.application}/; }}
                location /cached-for-all/ {{
                  {cache} proxy_ignore_headers Vary;
                  proxy_pass http://127.0.0.1:{self.application}/;
                }}
              }}
            }}"""
        (self.folder / "nginx.conf").write_text(configuration)
        (self.folder / "cache").mkdir()
        return ["nginx", "-p", f"{self.folder}/", "-c", "nginx.conf", "-e", "error.log"]


class Apache(Proxy):
    name = "apache"
    cannot = ("closes",)

    MODULES = (
        "mpm_event authz_core proxy proxy_http headers rewrite alias ssl socache_shmcb setenvif cache cache_disk"
    ).split()

    def command(self):
        folder = Path("/usr/lib/apache2/modules")
        load = "\n".join(f"LoadModule {name}_module {folder}/mod_{name}.so" for name in self.MODULES)
        user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
        store = self.folder / "cache"
        store.mkdir()
        store.chmod(0o777)
        # The user that Apache runs as has to reach the cache through the folders above it.
        for above in [self.folder, *self.folder.parents][:4]:
            if above.owner() == self.folder.owner() and above != Path("/tmp"):
                above.chmod(above.stat().st_mode | 0o011)
        to = lambda port, more="": f"ProxyPass http://127.0.0.1:{port}/ {more}"  # noqa: E731
        options = "\n".join(
            f"""<Location /preflight-{status}/>
                  RewriteEngine On
                  RewriteCond %{{REQUEST_METHOD}} =OPTIONS
                  RewriteRule ^ - [R={status}]
                  {to(self.application)}
                </Location>"""
            for status in (401, 404, 405)
        )
        configuration = f"""
            ServerRoot "{self.folder}"
            ServerName localhost
            PidFile httpd.pid
            ErrorLog error.log
            Mutex pthread
            {load}
            {user}
            Listen 127.0.0.1:{self.plain}
            Listen 127.0.0.1:{self.tls}
            ProxyPreserveHost On
            SetEnvIf Origin "(.+)" ORIGIN=$1
            <Location /good/>
              {to(self.application)}
            </Location>
            <Location /twice/>
              Header always add Access-Control-Allow-Origin "%{{ORIGIN}}e" env=ORIGIN
              {to(self.application)}
            </Location>
            <Location /vary-dropped/>
              Header unset Vary
              Header set Cache-Control "public, max-age=60"
              {to(self.application)}
            </Location>
            <Location /login/>
              Redirect 302 /sign-in
            </Location>
            <Location /sign-in>
              RewriteEngine On
              RewriteRule ^ - [R=200]
            </Location>
            {options}
            <Location /bad-gateway/>
              {to(self.closed)}
            </Location>
            <Location /time-out/>
              # This is another name for the same server, because all workers with one URL share its time-out.
              ProxyPass http://localhost:{self.hanging}/ timeout=1
            </Location>
            <Location /hangs/>
              {to(self.hanging)}
            </Location>
            <Location /error/>
              RewriteEngine On
              RewriteRule ^ - [R=500]
            </Location>
            <Location /any/>
              Header set Access-Control-Allow-Origin *
              {to(self.application)}
            </Location>
            CacheRoot "{store}"
            CacheEnable disk /cached/
            CacheEnable disk /cached-for-all/
            CacheDefaultExpire 60
            CacheIgnoreNoLastMod On
            CacheHeader On
            # Without this line, no URL with a query would be kept.
            Header set Cache-Control max-age=60 "expr=%{{REQUEST_URI}} =~ m#^/cached#"
            <Location /cached/>
              {to(self.application)}
            </Location>
            <Location /cached-for-all/>
              Header unset Vary
              {to(self.application)}
            </Location>
            RewriteEngine On
            RewriteRule ^/to-plain/ http://%{{SERVER_NAME}}:{self.plain}/good/api/hello [R=301,L]
            <VirtualHost 127.0.0.1:{self.tls}>
              SSLEngine On
              SSLCertificateFile {self.authority.chain}
              SSLCertificateKeyFile {self.authority.key}
              RewriteEngine On
              RewriteOptions Inherit
            </VirtualHost>"""
        (self.folder / "httpd.conf").write_text(configuration)
        return ["apache2", "-d", self.folder, "-f", "httpd.conf", "-DFOREGROUND"]


class Caddy(Proxy):
    name = "caddy"

    def environment(self):
        return {"HOME": self.folder, "XDG_DATA_HOME": self.folder, "XDG_CONFIG_HOME": self.folder}

    def command(self):
        application = f"reverse_proxy 127.0.0.1:{self.application}"
        options = "\n".join(
            f"""handle_path /preflight-{status}/* {{
                  @options method OPTIONS
                  respond @options {status}
                  {application}
                }}"""
            for status in (401, 404, 405)
        )
        configuration = f"""{{
            admin off
            auto_https off
            persist_config off
            default_bind 127.0.0.1
        }}
        (faults) {{
            handle_path /good/* {{
              {application}
            }}
            handle_path /twice/* {{
              header +Access-Control-Allow-Origin {{header.Origin}}
              {application}
            }}
            handle_path /vary-dropped/* {{
              header {{
                -Vary
                Cache-Control "public, max-age=60"
                defer
              }}
              {application}
            }}
            handle /login/* {{
              redir * /sign-in 302
            }}
            handle /sign-in {{
              respond "sign in"
            }}
            {options}
            handle_path /bad-gateway/* {{
              reverse_proxy 127.0.0.1:{self.closed}
            }}
            handle_path /time-out/* {{
              reverse_proxy 127.0.0.1:{self.hanging} {{
                transport http {{
                  response_header_timeout 1s
                }}
              }}
            }}
            handle_path /hangs/* {{
              reverse_proxy 127.0.0.1:{self.hanging}
            }}
            handle /closes/* {{
              abort
            }}
            handle /error/* {{
              respond 500
            }}
            handle_path /any/* {{
              header {{
                Access-Control-Allow-Origin *
                defer
              }}
              {application}
            }}
            handle /to-plain/* {{
              redir * http://{{host}}:{self.plain}/good/api/hello 301
            }}
        }}
        http://:{self.plain} {{
            import faults
        }}
        https://:{self.tls} {{
            tls {self.authority.chain} {self.authority.key}
            import faults
        }}
        """
        (self.folder / "Caddyfile").write_text(configuration)
        return [program("caddy"), "run", "--adapter", "caddyfile", "--config", self.folder / "Caddyfile"]


class Envoy(Proxy):
    name = "envoy"
    cannot = ("closes",)

    def command(self):
        def route(folder, **action):
            return {"match": {"prefix": f"/{folder}/"}, **action}

        def forward(folder, cluster="application", timeout="0s", **more):
            to = {"cluster": cluster, "prefix_rewrite": "/", "timeout": timeout}
            return route(folder, route=to, **more)

        def answer(status, text=""):
            return {"direct_response": {"status": status, "body": {"inline_string": text}}}

        def add(name, value, action):
            return {"header": {"key": name, "value": value}, "append_action": action}

        def on_options(status):
            match = {"prefix": f"/preflight-{status}/", "headers": [{"name": ":method", "string_match": {"exact": "OPTIONS"}}]}
            return {"match": match, **answer(status)}

        replace = "OVERWRITE_IF_EXISTS_OR_ADD"
        origin = add("access-control-allow-origin", "%REQ(origin)%", "APPEND_IF_EXISTS_OR_ADD")
        routes = [
            forward("good"),
            forward("twice", response_headers_to_add=[origin]),
            forward(
                "vary-dropped",
                response_headers_to_remove=["vary"],
                response_headers_to_add=[add("cache-control", "public, max-age=60", replace)],
            ),
            route("login", redirect={"path_redirect": "/sign-in", "response_code": "FOUND"}),
            {"match": {"path": "/sign-in"}, **answer(200, "sign in")},
            *[on_options(status) for status in (401, 404, 405)],
            *[forward(f"preflight-{status}") for status in (401, 404, 405)],
            forward("bad-gateway", cluster="closed"),
            forward("time-out", cluster="hanging", timeout="1s"),
            forward("hangs", cluster="hanging"),
            route("error", **answer(500)),
            forward("any", response_headers_to_add=[add("access-control-allow-origin", "*", replace)]),
            route(
                "to-plain",
                redirect={"scheme_redirect": "http", "port_redirect": self.plain, "path_redirect": "/good/api/hello"},
            ),
        ]

        def listener(name, port, **more):
            manager = {
                "@type": "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                "stat_prefix": name,
                "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
                "http_filters": [
                    {
                        "name": "envoy.filters.http.router",
                        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
                    }
                ],
            }
            chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}], **more}
            address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
            return {"name": name, "address": address, "filter_chains": [chain]}

        def cluster(name, port):
            endpoint = {"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}}
            loads = {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]}
            return {"name": name, "type": "STATIC", "connect_timeout": "2s", "load_assignment": loads}

        certificate = {
            "certificate_chain": {"filename": str(self.authority.chain)},
            "private_key": {"filename": str(self.authority.key)},
        }
        tls = {
            "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            "common_tls_context": {"tls_certificates": [certificate]},
        }
        configuration = {
            "static_resources": {
                "listeners": [
                    listener("plain", self.plain),
                    listener("tls", self.tls, transport_socket={"name": "envoy.transport_sockets.tls", "typed_config": tls}),
                ],
                "clusters": [
                    cluster("application", self.application),
                    cluster("hanging", self.hanging),
                    cluster("closed", self.closed),
                ],
            }
        }
        (self.folder / "envoy.json").write_text(json.dumps(configuration))
        # Nothing is shared with another Envoy on this machine.
        options = ["--concurrency", "1", "--use-dynamic-base-id", "--disable-hot-restart", "--log-level", "warning"]
        return [program("envoy"), "-c", self.folder / "envoy.json", *options]


def program(name):
    """A program that was installed for the tests, or the system's."""
    found = TOOLS / name
    return found if found.exists() else shutil.which(name) or name


PROXIES = {proxy.name: proxy for proxy in (Nginx, Apache, Caddy, Envoy)}


def only(*names):
    """Marks a test that runs only with these proxies, or with one proxy in front of one application: `nginx`,
    `nginx-python`."""

    def mark(test):
        test.proxies = names
        return test

    return mark
