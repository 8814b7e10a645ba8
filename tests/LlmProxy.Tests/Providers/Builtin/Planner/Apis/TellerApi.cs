using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>The sample bank's transfers as its document has them: no list of accounts, an example for each property, cents that only a description tells.</summary>
internal sealed class TellerApi : SimulatedApi
{
    private readonly string _description;

    /// <param name="description">What the document says of the amount.</param>
    /// <param name="type">The amount's type and example.</param>
    public TellerApi(string description = "Cents.", string type = "integer~500")
    {
        _description = description;
        Map("login", "POST /login - Log in; the token goes into Authorization of what follows.", "username:string~user-0001! password:string~pass-0001!", _ => new(200, new { token = "t", account = "acc-0001" }));
        Map("getAccount", "GET /account - Your account and its balance", "", _ => new(200, new { number = "acc-0001", balance = 100000, currency = "EUR" }));
        Map("createTransfer", "POST /transfers - Transfer money from your account to another", $"to:string~acc-0002! amount:{type}!", arguments =>
        {
            Effects.Add($"transfer {arguments["amount"]!.ToJsonString()} to {Text(arguments, "to")}");
            return new(201, new { id = "T1" });
        });
        Map("getTransfer", "GET /transfers/{id} - Read a transfer", "id:string!", _ => new(200, new { id = "T1" }));
        Map("closeAccount", "POST /account/close - Close the account", "", _ => { Effects.Add("closed"); return new(204); });
    }

    protected override void Describe(string tool, JsonObject schema)
    {
        if (tool == "createTransfer")
        {
            schema["properties"]!["amount"]!["description"] = _description;
        }
    }
}
