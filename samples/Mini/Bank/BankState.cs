using System.Globalization;
using ApeTest.Shop.Storage;

namespace ApeTest.Mini.Bank;

/// <summary>Accounts and transfers. One lock: money that is moved stands on exactly one account at any time at which the books can be read.</summary>
internal sealed class BankState
{
    private const int MostTransfers = 1_000_000;

    private readonly Lock _lock = new();
    private readonly BankOptions _options;
    private readonly Dictionary<string, long> _balances;
    private readonly BoundedStore<string, Transfer> _transfers = new(MostTransfers, StringComparer.Ordinal);
    private long _count;
    private long _sum;

    public BankState(BankOptions options)
    {
        _options = options;
        _balances = Enumerable.Range(1, SampleUsers.Count).ToDictionary(Number, _ => options.Opening, StringComparer.Ordinal);
        _sum = options.Opening * SampleUsers.Count;
    }

    /// <summary>Who is logged in.</summary>
    public SessionBook<string> Sessions { get; } = new();

    /// <summary>Account of user n: <c>acc-0001</c>, ...</summary>
    public static string Number(int user) => string.Create(CultureInfo.InvariantCulture, $"acc-{user:0000}");

    /// <summary>Account of a user, <c>user-0001</c>.</summary>
    public static string AccountOf(string user) => "acc-" + user["user-".Length..];

    /// <summary>Cents on an account; null: there is none.</summary>
    public long? Balance(string account)
    {
        lock (_lock)
        {
            return _balances.TryGetValue(account, out var balance) ? balance : null;
        }
    }

    /// <summary>A transfer; null: there is none.</summary>
    public Transfer? Transfer(string id) => _transfers.Find(id);

    /// <summary>All money of the bank now, what it should be, and how many transfers there were.</summary>
    public (long Sum, long Opening, long Transfers) Books()
    {
        lock (_lock)
        {
            return (_sum, _options.Opening * _balances.Count, _count);
        }
    }

    /// <summary>Moves money; null where the balance does not cover it. Both accounts exist, the amount is positive.</summary>
    public Transfer? Move(string from, string to, long cents)
    {
        lock (_lock)
        {
            if (_balances[from] < cents)
            {
                return null;
            }
            _count++;
            _balances[from] -= cents;
            if (_options.LoseEvery > 0 && _count % _options.LoseEvery == 0)
            {
                _sum -= cents;
            }
            else
            {
                _balances[to] += cents;
            }
            var transfer = new Transfer(string.Create(CultureInfo.InvariantCulture, $"tr-{_count:000000}"), from, to, cents, _balances[from]);
            _transfers.TryAdd(transfer.Id, transfer);
            return transfer;
        }
    }
}
