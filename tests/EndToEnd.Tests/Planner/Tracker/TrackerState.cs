namespace ApeTest.EndToEnd.Tests.Planner.Tracker;

/// <summary>What the tracker knows.</summary>
internal sealed class TrackerState
{
    public List<Project> Projects { get; } =
    [
        new("APP", "Mobile App", "Crash on start", "Dark mode", "Push notifications"),
        new("BRAND", "Brand Refresh", "Collect mood boards", "Interview customers", "Sketch logo variants", "Pick colours", "Write tone guide", "Choose typography", "Print test sheets"),
        new("FIN", "Finance Close", "Reconcile bank accounts", "Review accruals"),
        new("HIRE", "Hiring", "Screen applications", "Schedule interviews"),
        new("LEGAL", "Legal & Compliance", "Renew trademark", "Update privacy policy", "Archive contracts"),
        new("SALES", "Sales Enablement", "Draft pitch deck"),
        new("WEB", "Website Relaunch", "Choose a CMS", "Migrate blog"),
    ];

    public Project? Project(string key) => Projects.Find(project => project.Key == key);

    public IReadOnlyList<string> Facts() =>
    [
        .. Projects.Where(project => project.IsNew).Select(project => $"project {project.Key}: {project.Name}"),
        .. Projects.SelectMany(project => project.Tasks.Where(task => task.IsChanged)
            .Select(task => $"{project.Key}-{task.Number} '{task.Title}' {task.Status} {task.Priority} {task.Assignee} {task.DueDate}".TrimEnd())),
        .. Projects.SelectMany(project => project.Tasks.SelectMany(task => task.Comments.Select(text => $"comment on {project.Key}-{task.Number}: {text}"))),
    ];
}
