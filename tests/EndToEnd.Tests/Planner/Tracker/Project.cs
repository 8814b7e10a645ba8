namespace ApeTest.EndToEnd.Tests.Planner.Tracker;

internal sealed class Project
{
    public Project(string key, string name, params string[] tasks)
    {
        (Key, Name) = (key, name);
        Tasks = [.. tasks.Select((title, index) => new TrackerTask(index + 1, title))];
    }

    public string Key { get; }

    public string Name { get; }

    public bool IsNew { get; init; }

    public List<TrackerTask> Tasks { get; }

    public TrackerTask Add(string title)
    {
        var task = new TrackerTask(Tasks.Count + 1, title);
        Tasks.Add(task);
        return task;
    }
}
