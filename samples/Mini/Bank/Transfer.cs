namespace ApeTest.Mini.Bank;

/// <summary>Money that was moved.</summary>
/// <param name="Id"><c>tr-000001</c>, ...</param>
/// <param name="From">Account that it was taken from.</param>
/// <param name="To">Account that it went to.</param>
/// <param name="Amount">Cents.</param>
/// <param name="Balance">Cents left on the sender's account directly afterwards.</param>
internal sealed record Transfer(string Id, string From, string To, long Amount, long Balance);
