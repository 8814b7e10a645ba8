namespace ApeTest.Journey_Target;

/// <summary>A session. Its list of products and its cart's id are its own: those of another are refused.</summary>
internal sealed class Session(ulong nonce, int page)
{
    private readonly Lock _lock = new();
    private ulong _cart;
    private bool _ordered;

    /// <summary>The part of its token that cannot be guessed.</summary>
    public ulong Nonce { get; } = nonce;

    /// <summary>Which list of products it sees.</summary>
    public int Page { get; } = page;

    /// <summary>Begins a cart in place of the one before.</summary>
    public void Fill(ulong cart)
    {
        lock (_lock)
        {
            (_cart, _ordered) = (cart, false);
        }
    }

    /// <summary>201; 404 for a cart that is not this session's; 409 for one that was ordered.</summary>
    public int Order(ulong cart)
    {
        lock (_lock)
        {
            if (cart == 0 || cart != _cart)
            {
                return StatusCodes.Status404NotFound;
            }

            if (_ordered)
            {
                return StatusCodes.Status409Conflict;
            }

            _ordered = true;
            return StatusCodes.Status201Created;
        }
    }
}
