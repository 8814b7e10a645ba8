using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>Goals and APIs that were written before the planner was tried on them: JSON:API, HAL, German and terse, 202 and Location only.</summary>
public sealed class BlindStylesTests
{
    [Theory]
    [InlineData("Plan a trip for Kim Berg with the vehicle B-EF 300 on 3 May 2027, purpose 'Site visit'.", "trip v3 d1 Site visit 2027-05-03")]
    [InlineData("Show the vehicle with the plate B-CD 200.", "look v2")]
    [InlineData("Set the status of vehicle B-AB 100 to in-repair.", "vehicle v1 v1 {status:in-repair}")]
    [InlineData("Create a trip 'Delivery' on 2027-06-01 for Lou Tran with the available Caddy that has the lowest mileage, then delete the trip.", "trip v3 d2 Delivery 2027-06-01; untrip t7")]
    [InlineData("Update the mileage of the vehicle B-EF 300 to 12500.", "vehicle v3 v3 {mileage:12500}")]
    public void Decide_Fleet(string goal, string effects) => Reaches(goal, new FleetApi(), effects);

    [Theory]
    [InlineData("Log in as jana / 'geheim 1', set the status of the document 'Strom 2026' in the folder Rechnungen to bezahlt and log out.", "status 4/40 bezahlt; out")]
    [InlineData("Log in as jana with password 'geheim 1', create a folder Steuern, add a document 'Bescheid' to it, then log out.", "ordner Steuern; dokument 6 Bescheid; out")]
    [InlineData("Log in as jana with password 'geheim 1' and delete the document 'Wasser 2026' from the Rechnungen folder.", "delete 4/41")]
    [InlineData("Log in as jana with password 'geheim 1', add a document titled 'Gas 2026' to the folder 'Rechnungen' and open it.", "dokument 4 Gas 2026; look 60")]
    public void Decide_Archive(string goal, string effects) => Reaches(goal, new ArchiveApi(), effects);

    [Theory]
    [InlineData("Render the monthly report as PDF with high priority, then check the job.", "job tpl-1 Pdf High; ask 9001")]
    [InlineData("Start a job for the template 'Cover letter' as Docx in French and download its document.", "job tpl-3 Docx Fr; download 9001|job tpl-3 Docx  Fr; download 9001")]
    [InlineData("Cancel the job 'Q3 figures'.", "cancel 8001")]
    [InlineData("Set the priority of the running job to low.", "priority 8002 Low")]
    [InlineData("Create a job that renders the plain invoice to HTML, then cancel it.", "job tpl-2 Html; cancel 9001")]
    public void Decide_Render(string goal, string effects) => Reaches(goal, new RenderApi(), effects);

    [Theory]
    [InlineData("Sign in as prof / chalk and book the Seminar room A in the Science Tower for 3 March 2027 in the afternoon, title 'Exam'.", "book b-2/r-21 2027-03-03 afternoon Exam")]
    [InlineData("Sign in as prof with password chalk, cancel the booking 'Reading group' of Seminar room A in the Science Tower.", "cancel b-2/r-21/k-2")]
    [InlineData("Sign in as prof with password chalk and book the largest bookable room of the Science Tower on 2027-04-05 in the morning for 'Colloquium'.", "book b-2/r-21 2027-04-05 morning Colloquium")]
    [InlineData("Sign in as prof / chalk. Put 2 projectors into the Aula.", "equip r-10 2 projector")]
    [InlineData("Log in as prof / chalk, book Lab 3 in the Science Tower for the evening of 2027-05-06 with the title 'Open lab' and then cancel the booking.", "book b-2/r-20 2027-05-06 evening Open lab; cancel b-2/r-20/k-5")]
    public void Decide_Campus(string goal, string effects) => Reaches(goal, new CampusApi(), effects);

    [Theory]
    [InlineData("Log in as mia@studio.test / Lens#9 and book a portrait shoot with Ada Moss on 2027-05-02 at 14:00 in the studio.", "shoot 64a1 77b2 2027-05-02T14:00:00Z studio")]
    [InlineData("Log in with mia@studio.test and password Lens#9, book the cheapest package with the best rated photographer for 2027-05-03 at 09:30, then cancel the shoot.", "shoot 64a3 77b2 2027-05-03T09:30:00Z; cancel 88c1")]
    [InlineData("Log in as mia@studio.test / Lens#9, create a gallery 'Proofs' for the shoot 'Team photos' and share it with max@client.test.", "gallery 88c8 Proofs; share 99d1 max@client.test")]
    [InlineData("Log in as mia@studio.test / Lens#9 and reschedule the shoot 'Spring campaign' to 2027-06-01 at 10:00.", "move 88c7 2027-06-01T10:00:00Z")]
    [InlineData("Log in as mia@studio.test / Lens#9. Cancel the shoot 'Team photos' because 'customer is ill'.", "cancel 88c8 customer is ill")]
    public void Decide_Studio(string goal, string effects) => Reaches(goal, new StudioApi(), effects);

    [Theory]
    [InlineData("Create a critical work order 'Hydraulic hose burst' for the Press, due 2027-01-15, and assign Iris Falk to it.", "order MX-01 Hydraulic hose burst CRITICAL 2027-01-15; assign 501 T7")]
    [InlineData("Close the work order 'Belt worn'.", "to 490 CLOSED")]
    [InlineData("Book 3 of the part HX-200 on the work order 'Oil leak', then close the work order.", "part 491 HX-200 3; to 491 CLOSED")]
    [InlineData("Set the Lathe to maintenance.", "machine MX-02 MAINTENANCE")]
    public void Decide_Plant(string goal, string effects) => Reaches(goal, new PlantApi(), effects);

    // Several ways may be right: they stand between bars.
    private static void Reaches(string goal, SimulatedApi api, string effects)
    {
        var session = PlannerSession.Play(goal, api);
        var happened = string.Join("; ", api.Effects);
        Assert.True(session.Outcome == "success" && effects.Split('|').Contains(happened), $"{goal}\nwanted {effects}\ngot    {happened}\n{session}");
    }
}
