"""The same server in Python."""

from corsac import CORSMiddleware
from mcp.server.mcpserver import MCPServer

mcp = MCPServer("tea")


@mcp.tool()
def brew(leaf: str) -> str:
    """Brews a tea."""
    return f"a cup of {leaf}"


# With this host, the SDK refuses every `Host` but those of this machine.
app = CORSMiddleware(
    mcp.streamable_http_app(host="127.0.0.1"),
    allow_origins=["http://localhost:5173"],
    allow_methods=["DELETE"],
    allow_headers=["Authorization", "Mcp-Session-Id", "Mcp-Protocol-Version", "Last-Event-ID"],
    expose_headers=["Mcp-Session-Id", "WWW-Authenticate"],
    protection={"writes": "reject", "trusted_origins": ["http://localhost:5173"]},
)
