namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Jobs that take their time: 202 with a Location to ask until it is done; PascalCase, many enumerations.</summary>
internal sealed class RenderApi : SimulatedApi
{
    private int _asked;

    public RenderApi()
    {
        Map("Templates_List", "GET /v3/Templates - Lists templates.", "Category:Report|Invoice|Letter", _ => new(200, new { Value = new[] { new { TemplateId = "tpl-1", Title = "Monthly report", Category = "Report" }, new { TemplateId = "tpl-2", Title = "Plain invoice", Category = "Invoice" }, new { TemplateId = "tpl-3", Title = "Cover letter", Category = "Letter" } } }));
        Map("Jobs_Create", "POST /v3/Jobs - Starts a rendering job.", "TemplateId:string! Format:Pdf|Docx|Html! Priority:Low|Normal|High Language:En|De|Fr Title:string", arguments =>
        {
            Effects.Add($"job {Text(arguments, "TemplateId")} {Text(arguments, "Format")} {Text(arguments, "Priority")} {Text(arguments, "Language")}".TrimEnd());
            return new(202, null, "/v3/Jobs/9001");
        });
        Map("Jobs_Get", "GET /v3/Jobs/{JobId} - Gets the state of a job.", "JobId:string!", arguments =>
        {
            Effects.Add($"ask {Text(arguments, "JobId")}");
            return new(200, new { JobId = Text(arguments, "JobId"), State = ++_asked < 2 ? "Running" : "Succeeded" });
        });
        Map("Jobs_List", "GET /v3/Jobs - Lists jobs.", "State:Queued|Running|Succeeded|Failed", _ => new(200, new { Value = new[] { new { JobId = "8001", State = "Queued", Title = "Q3 figures" }, new { JobId = "8002", State = "Running", Title = "Letters of May" } } }));
        Map("Jobs_Cancel", "POST /v3/Jobs/{JobId}/Cancel - Cancels a job.", "JobId:string!", arguments => { Effects.Add($"cancel {Text(arguments, "JobId")}"); return new(202); });
        Map("Jobs_SetPriority", "PUT /v3/Jobs/{JobId}/Priority - Changes the priority of a job.", "JobId:string! Priority:Low|Normal|High!", arguments => { Effects.Add($"priority {Text(arguments, "JobId")} {Text(arguments, "Priority")}"); return new(204); });
        Map("Jobs_Document", "GET /v3/Jobs/{JobId}/Document - Downloads the document that a job made.", "JobId:string!", arguments => { Effects.Add($"download {Text(arguments, "JobId")}"); return new(200, "%PDF"); });
    }
}
