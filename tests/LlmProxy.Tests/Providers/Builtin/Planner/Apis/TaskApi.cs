namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Task tracker: resources in resources, PATCH, enumerations, Location without a body.</summary>
internal sealed class TaskApi : SimulatedApi
{
    private readonly List<(int Id, int Project, string Title)> _tasks = [(10, 1, "Fix login"), (11, 2, "Fix login"), (12, 2, "Write docs")];

    public List<(int Project, string Title, string Priority)> Created { get; } = [];

    public List<(int Project, int Task, string Text)> Comments { get; } = [];

    public Dictionary<int, string> Status { get; } = [];

    public List<int> Deleted { get; } = [];

    public TaskApi()
    {
        Map("listProjects", "GET /projects - All projects.", "search:string", arguments =>
            new(200, new { data = new[] { new { id = 1, name = "Backend" }, new { id = 2, name = "Website" } }.Where(project => project.name.Contains(Text(arguments, "search"), StringComparison.OrdinalIgnoreCase)) }));
        Map("createProject", "POST /projects - New project.", "name:string!", arguments => new(201, new { id = 3, name = Text(arguments, "name") }));
        Map("listTasks", "GET /projects/{projectId}/tasks - Tasks of a project.", "projectId:integer! status:open|in_progress|done", arguments =>
            new(200, new { data = _tasks.Where(task => task.Project == Int(arguments, "projectId")).Select(task => new { id = task.Id, title = task.Title, status = "open" }) }));
        Map("createTask", "POST /projects/{projectId}/tasks - New task.", "projectId:integer! title:string! description:string priority:low|medium|high dueDate:string(date)", arguments =>
        {
            Created.Add((Int(arguments, "projectId"), Text(arguments, "title"), Text(arguments, "priority")));
            _tasks.Add((20 + Created.Count, Int(arguments, "projectId"), Text(arguments, "title")));
            return new(201, null, $"/projects/{Int(arguments, "projectId")}/tasks/{20 + Created.Count}");
        });
        Map("updateTask", "PATCH /projects/{projectId}/tasks/{taskId} - Change a task.", "projectId:integer! taskId:integer! title:string status:open|in_progress|done priority:low|medium|high", arguments =>
        {
            Status[Int(arguments, "taskId")] = Text(arguments, "status");
            return new(200, new { id = Int(arguments, "taskId") });
        });
        Map("deleteTask", "DELETE /projects/{projectId}/tasks/{taskId} - Remove a task.", "projectId:integer! taskId:integer!", arguments =>
        {
            Deleted.Add(Int(arguments, "taskId"));
            return new(204);
        });
        Map("addComment", "POST /projects/{projectId}/tasks/{taskId}/comments - Comment on a task.", "projectId:integer! taskId:integer! text:string!", arguments =>
        {
            Comments.Add((Int(arguments, "projectId"), Int(arguments, "taskId"), Text(arguments, "text")));
            return new(201, new { id = 1 });
        });
    }
}
