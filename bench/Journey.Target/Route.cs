namespace ApeTest.Journey_Target;

/// <summary>What is counted apart, in the order of a journey.</summary>
internal enum Route
{
    Login,
    Products,
    Cart,
    Checkout,
    Logout,
    Plain,

    /// <summary>Anything else: always refused.</summary>
    Unknown,
}
