"""Where a tool that the provider calls may be."""

from __future__ import annotations

import pytest

from llm_gateway.tool_addresses import ToolHostNotAllowed, check_tools

HOSTS = ("mcp.acme.com",)
FUNCTION = {
    "type": "function",
    "function": {"name": "open", "parameters": {"type": "object", "properties": {"url": {"type": "string"}}}},
}


def a_tool(url: object) -> dict[str, object]:
    return {"type": "mcp", "server_label": "acme", "server_url": url}


def test_a_tool_on_a_named_host_and_functions_of_the_caller_are_allowed():
    check_tools({"tools": [a_tool("https://mcp.acme.com/sse"), a_tool("https://MCP.acme.com:443/"), FUNCTION]}, HOSTS)
    check_tools({"messages": []}, ())


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://mcp.acme.com.evil.example/",
        "https://mcp.acme.com@evil.example/",
        "https://evil.example\\@mcp.acme.com/",
        "https://a.mcp.acme.com/",
        "http://mcp.acme.com/",
        "https://mcp.acme.com:8443/",
        "https://mcp.acme.com:99999/",
        "https://10.0.0.8/",
        "https://169.254.169.254/computeMetadata/v1/",
        "https://[::1]/",
        "https://2130706433/",
        "file:///etc/passwd",
        "//mcp.acme.com/",
        "",
        None,
        17,
    ],
)
def test_a_tool_anywhere_else_is_refused(url):
    with pytest.raises(ToolHostNotAllowed):
        check_tools({"tools": [FUNCTION, a_tool(url)]}, HOSTS)


def test_an_address_deep_within_a_tool_is_found():
    tool = {"type": "file_search", "sources": [{"options": {"index_url": "https://10.0.0.8/"}}]}

    with pytest.raises(ToolHostNotAllowed):
        check_tools({"tools": [tool]}, HOSTS)


def test_without_the_setting_no_address_is_allowed():
    with pytest.raises(ToolHostNotAllowed):
        check_tools({"tools": [a_tool("https://mcp.acme.com/")]}, ())
