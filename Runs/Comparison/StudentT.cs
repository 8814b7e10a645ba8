namespace ApeTest.Runs.Comparison;

/// <summary>Student's t distribution with a whole number of degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4).</summary>
internal static class StudentT
{
    /// <summary>P(|T| &gt;= <paramref name="t"/>).</summary>
    public static double TwoSided(double t, int degrees)
    {
        var angle = Math.Atan(Math.Abs(t) / Math.Sqrt(degrees));
        var (sine, cosine) = Math.SinCos(angle);
        // The sum 1 + a c^2 + a b c^4 + ..., whose factors are 1/2, 3/4, 5/6 for even degrees, and 2/3, 4/5 for odd ones behind a first c.
        var odd = degrees % 2 == 1;
        var (term, sum) = odd ? (cosine, degrees == 1 ? 0 : cosine) : (1.0, 1.0);
        for (var k = odd ? 3 : 2; k < degrees; k += 2)
        {
            term *= cosine * cosine * (k - 1) / k;
            sum += term;
        }
        var within = odd ? 2 / Math.PI * (angle + (sine * sum)) : sine * sum;
        return Math.Clamp(1 - within, 0, 1);
    }

    /// <summary>The t beyond which, on both sides together, lies <paramref name="share"/>.</summary>
    public static double Quantile(double share, int degrees)
    {
        var (low, high) = (0.0, 1e4);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = TwoSided(middle, degrees) > share ? (middle, high) : (low, middle);
        }
        return low;
    }
}
