using ApeTest.Targets.Oracles.Derivation.Operations;

namespace ApeTest.Targets.Oracles.Derivation.Matching;

/// <summary>How well an operation fits an intent.</summary>
/// <param name="Profile">The operation.</param>
/// <param name="Deed">How well it does what the verb says.</param>
/// <param name="Object">How well it does it to what the object says; see <see cref="ObjectFit"/>.</param>
/// <param name="Containers">Places of the intent that it has to do with.</param>
/// <param name="Related">Other nouns of the intent that it has to do with.</param>
internal sealed record Fit(OperationProfile Profile, DeedFit Deed, int Object, int Containers, int Related)
{
    /// <summary>Greater is better; equal means that nothing tells them apart.</summary>
    public static int Compare(Fit one, Fit other, bool objectFirst) => objectFirst
        ? (one.Containers, one.Object, one.Deed, one.Related).CompareTo((other.Containers, other.Object, other.Deed, other.Related))
        : (one.Deed, one.Object, one.Related).CompareTo((other.Deed, other.Object, other.Related));
}

/// <summary>How well an operation does what a verb says, weakest first.</summary>
internal enum DeedFit
{
    /// <summary>Its description begins with the verb.</summary>
    Described,

    /// <summary>Its summary begins with the verb, or it answers what the deed makes.</summary>
    Summarised,

    /// <summary>Its method does it: DELETE removes.</summary>
    Shaped,

    /// <summary>It is named by a verb that means the same, or makes what the deed makes.</summary>
    Meant,

    /// <summary>It is named by the verb, or makes what has the verb's own noun.</summary>
    Named,
}
