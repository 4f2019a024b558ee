using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Holdfast.Core.Balancing.Search;

/// <summary>What happens to a host's amounts, chosen at compile time so that the innermost loop has no branch.</summary>
internal interface IChange
{
    static abstract Vector256<double> Apply(Vector256<double> amount, double[] demand, int machine, int other);

    static abstract double Apply(double amount, double[] demand, int machine, int other);
}

internal readonly struct Nothing : IChange
{
    public static Vector256<double> Apply(Vector256<double> amount, double[] demand, int machine, int other) => amount;

    public static double Apply(double amount, double[] demand, int machine, int other) => amount;
}

internal readonly struct Plus : IChange
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Apply(Vector256<double> amount, double[] demand, int machine, int other) => amount + Lanes.At(demand, machine);

    public static double Apply(double amount, double[] demand, int machine, int other) => amount + demand[machine];
}

internal readonly struct Minus : IChange
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Apply(Vector256<double> amount, double[] demand, int machine, int other) => amount - Lanes.At(demand, machine);

    public static double Apply(double amount, double[] demand, int machine, int other) => amount - demand[machine];
}

internal readonly struct Difference : IChange
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Apply(Vector256<double> amount, double[] demand, int machine, int other) =>
        amount + (Lanes.At(demand, machine) - Lanes.At(demand, other));

    public static double Apply(double amount, double[] demand, int machine, int other) => amount + (demand[machine] - demand[other]);
}
