using Segue.Numerics;

namespace Segue.Factorization;

/// <summary>
/// The basis that a half-step works in: eigenvectors of the fixed side's weighted Gramian G, of the whole of it, or block by block of its columns.
/// <code>G  →  R G R',   R = diag(Q₁', Q₂', …)</code>
/// In a block G becomes diagonal; between blocks it stays what it is, and <see cref="Couple"/> says how it pulls at a block. One block has none of
/// that. Blocks cost f d² instead of f³ to find and n f d instead of n f² to turn into.
/// </summary>
internal sealed unsafe class AlsBasis : IDisposable
{
    private readonly Workers _workers;
    private readonly Gramian _kernel;
    private readonly int _factors, _stride;
    private readonly double[] _gramian;
    private readonly Block[] _blocks;
    private readonly AlignedMatrix? _turned;
    private readonly NativeBlock[] _scratch;

    /// <param name="widthMax">Columns of a block at most.</param>
    public AlsBasis(int factors, int widthMax, Workers workers, Gramian kernel)
    {
        (_workers, _kernel, _factors, _stride, _gramian) = (workers, kernel, factors, AlignedMatrix.PaddedTo(factors), new double[factors * factors]);
        int count = (_stride + widthMax - 1) / widthMax, width = AlignedMatrix.PaddedTo((_stride + count - 1) / count);
        count = (_stride + width - 1) / width;
        _blocks = new Block[count];
        for (int b = 0; b < count; b++)
            _blocks[b] = new Block(b * width, Math.Min(width, _stride - (b * width)), Math.Min(width, factors - (b * width)), count > 1 ? _stride : 0);
        Eigenvalues = new double[factors];
        _turned = count > 1 ? new AlignedMatrix(factors, factors) : null;
        _scratch = new NativeBlock[workers.Count];
        for (int w = 0; w < _scratch.Length; w++)
            _scratch[w] = new NativeBlock(sizeof(float) * (long)PackedMatrix.ScratchLength(width));
    }

    /// <summary>First column and width of each block, padding included.</summary>
    public ReadOnlySpan<Block> Blocks => _blocks;

    /// <summary>The diagonal of R G R', f long; descending in each block.</summary>
    public double[] Eigenvalues { get; }

    /// <summary>Finds the basis of  G = Σ wⱼ yⱼyⱼ'. Nothing is turned yet.</summary>
    public void Set(AlignedMatrix y, float[] weights, AlsPhases phases, CancellationToken cancel)
    {
        phases.Lap();
        _kernel.Compute(y, weights, _gramian, cancel);
        phases.Gramian += phases.Lap();
        _workers.Run(_blocks.Length, (_, b) => Diagonalize(_blocks[b]), cancel);
        if (_turned is { } g)
            SetCouplings(g, cancel);
        phases.Eigen += phases.Lap();
    }

    /// <summary>Turns up to <see cref="PackedMatrix.RowsMax"/> rows of factors into the basis.</summary>
    public void Turn(float* rows, int count, int worker)
    {
        foreach (Block block in _blocks)
            block.Rotation.MultiplyInPlace(rows + block.First, _stride, count, (float*)_scratch[worker].Data);
    }

    /// <summary>For rows x in the basis: what the other blocks' columns of x add to the gradient in this one, Σ over them of x G, width values a
    /// row.</summary>
    public void Couple(Block block, float* x, int count, float* to) => block.Coupling!.Multiply(x, _stride, count, to, block.Width);

    public void Dispose()
    {
        foreach (Block block in _blocks)
        {
            block.Rotation.Dispose();
            block.Coupling?.Dispose();
        }

        foreach (NativeBlock scratch in _scratch)
            scratch.Dispose();
    }

    private void Diagonalize(Block block)
    {
        (int first, int d) = (block.First, block.Columns);
        double[] axes = block.Axes;
        for (int i = 0; i < d; i++)
            _gramian.AsSpan(((first + i) * _factors) + first, d).CopyTo(axes.AsSpan(i * d));
        Span<double> values = Eigenvalues.AsSpan(first, d);
        SymmetricEigen.Decompose(axes, d, values);
        foreach (ref double value in values)
            value = Math.Max(0, value); // A Gramian has none below zero but for rounding.
        Span<float> axis = new float[d];
        for (int k = 0; k < d; k++)
        {
            System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(axes.AsSpan(k * d, d), axis);
            block.Rotation.SetColumn(k, axis);
        }
    }

    /// <summary>R G R' without its diagonal blocks, in float32: turned, transposed and turned again, as G is symmetric.</summary>
    private void SetCouplings(AlignedMatrix g, CancellationToken cancel)
    {
        for (int i = 0; i < _factors; i++)
            System.Numerics.Tensors.TensorPrimitives.ConvertTruncating(_gramian.AsSpan(i * _factors, _factors), g.Row(i));
        TurnAll(g, cancel);
        for (int i = 0; i < _factors; i++)
        {
            for (int k = 0; k < i; k++)
                (g.Row(i)[k], g.Row(k)[i]) = (g.Row(k)[i], g.Row(i)[k]);
        }

        TurnAll(g, cancel);
        foreach (Block block in _blocks)
        {
            for (int k = 0; k < block.Columns; k++)
            {
                g.Row(block.First + k).Slice(block.First, block.Columns).Clear();
                block.Coupling!.SetColumn(k, g.Row(block.First + k));
            }
        }
    }

    private void TurnAll(AlignedMatrix g, CancellationToken cancel) => _workers.Run(
        (g.Rows + PackedMatrix.RowsMax - 1) / PackedMatrix.RowsMax,
        (worker, piece) =>
        {
            int first = piece * PackedMatrix.RowsMax;
            Turn(g.At(first), Math.Min(PackedMatrix.RowsMax, g.Rows - first), worker);
        },
        cancel);

    /// <summary>A block of columns.</summary>
    /// <param name="First">Its first column.</param>
    /// <param name="Width">Columns with padding.</param>
    /// <param name="Columns">Columns without.</param>
    /// <param name="Height">Rows of its coupling; 0 for none.</param>
    internal sealed record Block(int First, int Width, int Columns, int Height)
    {
        public double[] Axes { get; } = new double[Columns * Columns];

        public PackedMatrix Rotation { get; } = new(Width, Width);

        public PackedMatrix? Coupling { get; } = Height > 0 ? new PackedMatrix(Height, Width) : null;
    }
}
