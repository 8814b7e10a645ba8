namespace ApeTest.EndToEnd.Tests.Planner.Bank;

internal sealed class Transfer(string id, string customer, string key, NewTransfer order, string challengeId)
{
    public string Id { get; } = id;

    public string Customer { get; } = customer;

    public string Key { get; } = key;

    public NewTransfer Order { get; } = order;

    public string ChallengeId { get; } = challengeId;

    public string Status { get; set; } = "PENDING_APPROVAL";
}
