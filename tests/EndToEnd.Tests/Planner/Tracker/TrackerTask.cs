namespace ApeTest.EndToEnd.Tests.Planner.Tracker;

internal sealed class TrackerTask(int number, string title)
{
    public int Number { get; } = number;

    public string Title { get; private set; } = title;

    public string Status { get; private set; } = "open";

    public string Priority { get; private set; } = "normal";

    public string? Assignee { get; private set; }

    public string? DueDate { get; private set; }

    public bool IsChanged { get; private set; }

    public List<string> Comments { get; } = [];

    public void Set(TaskFields fields)
    {
        (Title, Status, Priority) = (fields.Title ?? Title, fields.Status ?? Status, fields.Priority ?? Priority);
        (Assignee, DueDate) = (fields.Assignee ?? Assignee, fields.DueDate ?? DueDate);
        IsChanged = true;
    }
}
