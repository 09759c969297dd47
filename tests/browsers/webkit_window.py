"""A window of WebKitGTK without decoration: it shows the URLs that it reads from a port, and prints what the page's console says.

Run by webkit.py with Debian's interpreter: webkit_window.py PORT DIRECTORY
"""

import os
import socket
import sys
import threading

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import GLib, Gtk, WebKit2  # noqa: E402


def main():
    port, directory = int(sys.argv[1]), sys.argv[2]
    # An ephemeral session prints nothing from the console.
    manager = WebKit2.WebsiteDataManager(base_data_directory=directory, base_cache_directory=f"{directory}/cache")
    manager.set_tls_errors_policy(WebKit2.TLSErrorsPolicy.IGNORE)
    view = WebKit2.WebView.new_with_context(WebKit2.WebContext.new_with_website_data_manager(manager))
    view.get_settings().set_property("enable-write-console-messages-to-stdout", True)
    window = Gtk.Window()
    window.add(view)
    window.show_all()

    def read():
        with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile() as lines:
            for line in lines:
                GLib.idle_add(view.load_uri, line.strip())
        # The program that started this has ended.
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    Gtk.main()


if __name__ == "__main__":
    main()
