namespace ApeTest.EndToEnd.Tests.Planner.Bank;

internal sealed class Account(string customer, string iban, string name, string type, decimal balance)
{
    public string Customer { get; } = customer;

    public string Iban { get; } = iban;

    public string Name { get; } = name;

    public string Type { get; } = type;

    public decimal Balance { get; set; } = balance;
}
