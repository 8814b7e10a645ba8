namespace ApeTest.Shop.Storage;

/// <summary>The current state; a reset replaces it as a whole, so that a request sees either the old shop or the new one.</summary>
internal sealed class ShopStore(ShopOptions options)
{
    private volatile ShopState _state = new(options);

    public ShopState State => _state;

    public void Reset()
    {
        _state = new ShopState(options);
    }
}
