namespace ApeTest.EndToEnd.Tests.Planner.Tracker;

internal sealed record TaskFields(string? Title = null, string? Status = null, string? Priority = null, string? Assignee = null, string? DueDate = null);
