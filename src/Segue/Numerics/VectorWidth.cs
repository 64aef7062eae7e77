using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Segue.Numerics;

/// <summary>
/// How wide this process computes. Sums are added up lane by lane, and wider registers fuse and group other terms: the same data and seed give the
/// same bytes on every machine of one width, and bytes that differ in the last bits on another.
/// </summary>
internal static class VectorWidth
{
    /// <summary>"AVX-512", "AVX2", "SSE" (AVX without AVX2 gives the same bytes), "NEON" or "software".</summary>
    public static string Name { get; } =
        Vector512.IsHardwareAccelerated ? "AVX-512"
        : Vector256.IsHardwareAccelerated ? "AVX2"
        : AdvSimd.IsSupported ? "NEON"
        : Vector128.IsHardwareAccelerated ? "SSE"
        : "software";
}
