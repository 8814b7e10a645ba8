using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Customer relations in the manner of JSON:API: attributes below data, stages, notes, owners by name.</summary>
internal sealed class CrmApi : SimulatedApi
{
    public CrmApi()
    {
        Map("contacts.index", "GET /contacts - List contacts", "filter:string", _ => new(200, new { data = new[] { Contact("11", "Ida Holm", "ida@example.com", "Nordic Paper"), Contact("12", "Sam Okoro", "sam@example.com", "Blue Freight") } }));
        Map("contacts.store", "POST /contacts - Create a contact", "data:{type:contacts|contacts!;attributes:{name:string!;email:string(email);phone:string;company:string}!}!", arguments =>
        {
            var attributes = arguments["data"]!["attributes"]!.AsObject();
            Effects.Add($"contact {attributes["name"]} {attributes["email"]} {attributes["company"]}".TrimEnd());
            return new(201, new { data = Contact("19", attributes["name"]!.ToString(), attributes["email"]?.ToString() ?? "", "") });
        });
        Map("contacts.destroy", "DELETE /contacts/{contact} - Delete a contact", "contact:string!", arguments => { Effects.Add($"delete {Text(arguments, "contact")}"); return new(204); });
        Map("deals.index", "GET /deals - List deals", "stage:lead|qualified|won|lost", arguments => new(200, new { data = new[] { Deal("31", "Paper rolls", "lead", 1200), Deal("32", "Fleet renewal", "qualified", 90000) } }));
        Map("deals.store", "POST /deals - Create a deal", "title:string! value:number contact_id:string! stage:lead|qualified|won|lost", arguments =>
        {
            Effects.Add($"deal {Text(arguments, "title")} {Text(arguments, "value")} {Text(arguments, "contact_id")}");
            return new(201, new { data = Deal("39", Text(arguments, "title"), "lead", 0) });
        });
        Map("deals.update", "PATCH /deals/{deal} - Update a deal", "deal:string! title:string value:number stage:lead|qualified|won|lost", arguments =>
        {
            Effects.Add($"deal {Text(arguments, "deal")} {string.Join(',', arguments.Where(pair => pair.Key != "deal").Select(pair => $"{pair.Key}={pair.Value}"))}");
            return new(200, new { });
        });
        Map("notes.store", "POST /deals/{deal}/notes - Add a note to a deal", "deal:string! content:string!", arguments => { Effects.Add($"note {Text(arguments, "deal")} {Text(arguments, "content")}"); return new(201, new { data = new { id = "n1" } }); });
    }

    private static JsonObject Contact(string id, string name, string email, string company) =>
        new() { ["id"] = id, ["type"] = "contacts", ["attributes"] = new JsonObject { ["name"] = name, ["email"] = email, ["company"] = company } };

    private static JsonObject Deal(string id, string title, string stage, int value) =>
        new() { ["id"] = id, ["type"] = "deals", ["attributes"] = new JsonObject { ["title"] = title, ["stage"] = stage, ["value"] = value } };
}
