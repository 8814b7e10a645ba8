namespace ApeTest.EndToEnd.Tests.Planner.Tracker;

/// <summary>Goals in the task tracker.</summary>
internal static class TrackerGoals
{
    public static IEnumerable<GoalCase> All()
    {
        yield return new GoalCase("tracker-create-task", new TrackerApi(),
            hand => hand.CallAsync("createTask", "POST /projects/WEB/tasks", new { title = "Fix the broken footer links", priority = "high", assignee = "jonas" }),
            "WEB-3 'Fix the broken footer links' open high jonas");
        yield return new GoalCase("tracker-done", new TrackerApi(),
            hand => hand.CallAsync("updateTask", "PATCH /projects/LEGAL/tasks/2", new { status = "done" }),
            "LEGAL-2 'Update privacy policy' done normal");
        yield return new GoalCase("tracker-comment", new TrackerApi(),
            hand => hand.CallAsync("addComment", "POST /projects/BRAND/tasks/6/comments", new { text = "Blocked by the new font licence" }),
            "comment on BRAND-6: Blocked by the new font licence");
        yield return new GoalCase("tracker-new-project", new TrackerApi(), async hand =>
        {
            await hand.CallAsync("createProject", "POST /projects", new { key = "MOVE", name = "Moving Office" });
            await hand.CallAsync("createTask", "POST /projects/MOVE/tasks", new { title = "Order boxes" });
            await hand.CallAsync("updateTask", "PATCH /projects/MOVE/tasks/1", new { status = "in_progress" });
        }, "project MOVE: Moving Office", "MOVE-1 'Order boxes' in_progress normal");
    }
}
