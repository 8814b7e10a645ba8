using ApeTest.Hosting.CommandLine;

namespace ApeTest.Hosting.Tests.CommandLine;

public sealed class WatchLineTests
{
    [Theory]
    [InlineData("  watch it: http://127.0.0.1:41873/dashboard/runs/20261121-131502-7f3a?t=abc", "http://127.0.0.1:41873/dashboard/runs/20261121-131502-7f3a?t=abc")]
    [InlineData("2026-11-21T13:15:02Z   watch it: http://127.0.0.1:1/dashboard/\u001b[0m", "http://127.0.0.1:1/dashboard/")]
    [InlineData("run 20261121-131502-7f3a: 20 agents on http://127.0.0.1:5080/ for 2m, seed 42", null)]
    [InlineData("watch it: /dashboard", null)]
    [InlineData("watch it: javascript:alert(1)", null)]
    public void Link_OfALine_IsTheRunsDashboard(string line, string? link) => Assert.Equal(link, WatchLine.Link(line));
}
