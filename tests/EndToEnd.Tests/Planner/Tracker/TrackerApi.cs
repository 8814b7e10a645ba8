using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.EndToEnd.Tests.Planner.Tracker;

/// <summary>A task tracker: comments in tasks in projects, PATCH, enums, pages of five, problem documents, no login, OpenAPI 3.1 in YAML.</summary>
internal sealed partial class TrackerApi : ISample
{
    private static readonly string[] Statuses = ["open", "in_progress", "in_review", "done"];
    private static readonly string[] Priorities = ["low", "normal", "high", "urgent"];
    private readonly TrackerState _state = new();

    public string OpenApiPath => "/openapi.yaml";

    public void Add(WebApplicationBuilder builder) =>
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);

    public void Map(WebApplication app)
    {
        SampleApi.MapDocument(app, OpenApiPath, "Tracker/openapi.yaml");
        app.MapGet("/projects", (int? page, [FromQuery(Name = "per_page")] int? perPage) => Page(_state.Projects.Select(View), page, perPage));
        app.MapPost("/projects", CreateProject);
        app.MapGet("/projects/{projectKey}", (string projectKey) => With(projectKey, project => Results.Ok(View(project))));
        app.MapGet("/projects/{projectKey}/tasks", (string projectKey, string? status, string? assignee, int? page, [FromQuery(Name = "per_page")] int? perPage) => With(projectKey, project =>
            status is not null && !Statuses.Contains(status)
                ? Invalid("status", $"must be one of {string.Join(", ", Statuses)}")
                : Page(project.Tasks.Where(task => (status is null || task.Status == status) && (assignee is null || task.Assignee == assignee)).Select(View), page, perPage)));
        app.MapPost("/projects/{projectKey}/tasks", (string projectKey, TaskFields fields) => With(projectKey, project => CreateTask(project, fields)));
        app.MapGet("/projects/{projectKey}/tasks/{number:int}", (string projectKey, int number) => With(projectKey, number, task => Results.Ok(View(task))));
        app.MapPatch("/projects/{projectKey}/tasks/{number:int}", (string projectKey, int number, TaskFields fields) => With(projectKey, number, task => Change(task, fields)));
        app.MapGet("/projects/{projectKey}/tasks/{number:int}/comments", (string projectKey, int number) => With(projectKey, number, task =>
            Results.Ok(new { Items = task.Comments.Select((text, index) => new { Id = index + 1, Text = text }) })));
        app.MapPost("/projects/{projectKey}/tasks/{number:int}/comments", (string projectKey, int number, NewComment comment) => With(projectKey, number, task => Comment(task, comment)));
    }

    public Task<IReadOnlyList<string>> FactsAsync(HttpClient client) => Task.FromResult(_state.Facts());

    private IResult CreateProject(NewProject project)
    {
        if (string.IsNullOrWhiteSpace(project.Name))
        {
            return Invalid("name", "is required");
        }
        if (project.Key is null || !Key().IsMatch(project.Key))
        {
            return Invalid("key", "must be 2 to 6 capital letters");
        }
        if (_state.Project(project.Key) is not null)
        {
            return Problem(409, "Conflict", $"There is a project with the key {project.Key} already.");
        }
        var made = new Project(project.Key, project.Name) { IsNew = true };
        _state.Projects.Add(made);
        return Results.Created($"/projects/{made.Key}", View(made));
    }

    private static IResult CreateTask(Project project, TaskFields fields)
    {
        if (string.IsNullOrWhiteSpace(fields.Title))
        {
            return Invalid("title", "is required");
        }
        if (Wrong(fields) is { } wrong)
        {
            return wrong;
        }
        var task = project.Add(fields.Title);
        task.Set(fields);
        return Results.Created($"/projects/{project.Key}/tasks/{task.Number}", View(task));
    }

    private static IResult Change(TrackerTask task, TaskFields fields)
    {
        if (fields == new TaskFields())
        {
            return Problem(422, "Validation failed", "The body changes nothing.");
        }
        if (Wrong(fields) is { } wrong)
        {
            return wrong;
        }
        task.Set(fields);
        return Results.Ok(View(task));
    }

    private static IResult Comment(TrackerTask task, NewComment comment)
    {
        if (string.IsNullOrWhiteSpace(comment.Text))
        {
            return Invalid("text", "is required");
        }
        task.Comments.Add(comment.Text);
        return Results.Json(new { Id = task.Comments.Count, comment.Text }, statusCode: 201);
    }

    private static IResult? Wrong(TaskFields fields) =>
        fields.Status is not null && !Statuses.Contains(fields.Status) ? Invalid("status", $"must be one of {string.Join(", ", Statuses)}")
        : fields.Priority is not null && !Priorities.Contains(fields.Priority) ? Invalid("priority", $"must be one of {string.Join(", ", Priorities)}")
        : fields.DueDate is not null && !DateOnly.TryParseExact(fields.DueDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? Invalid("due_date", "must be YYYY-MM-DD")
        : null;

    private static IResult Page(IEnumerable<object> all, int? page, int? perPage)
    {
        var (number, size) = (page ?? 1, perPage ?? 5);
        if (number < 1 || size is < 1 or > 20)
        {
            return number < 1 ? Invalid("page", "must be at least 1") : Invalid("per_page", "must be 1 to 20");
        }
        var items = all.ToList();
        return Results.Ok(new { Items = items.Skip((number - 1) * size).Take(size), Page = number, PerPage = size, Total = items.Count });
    }

    private IResult With(string key, Func<Project, IResult> then) =>
        _state.Project(key) is { } project ? then(project) : Problem(404, "Not found", $"There is no project with the key {key}.");

    private IResult With(string key, int number, Func<TrackerTask, IResult> then) => With(key, project =>
        project.Tasks.Find(task => task.Number == number) is { } task ? then(task) : Problem(404, "Not found", $"Project {key} has no task {number}."));

    private static object View(Project project) => new { project.Key, project.Name, OpenTasks = project.Tasks.Count(task => task.Status != "done") };

    private static object View(TrackerTask task) => new { task.Number, task.Title, task.Status, task.Priority, task.Assignee, task.DueDate };

    private static IResult Invalid(string field, string rule) =>
        Results.Problem($"{field} {rule}", statusCode: 422, title: "Validation failed", extensions: new Dictionary<string, object?> { ["errors"] = new Dictionary<string, string[]> { [field] = [rule] } });

    private static IResult Problem(int status, string title, string detail) => Results.Problem(detail, statusCode: status, title: title);

    [GeneratedRegex("^[A-Z]{2,6}$", RegexOptions.CultureInvariant)]
    private static partial Regex Key();

    private sealed record NewProject(string? Key, string? Name);

    private sealed record NewComment(string? Text);
}
