#pragma warning disable MEVD9001 // See RecordModel.cs.
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Segue.VectorSearch.VectorData;

/// <summary>
/// Filter expressions as conditions on records. They are compiled as they stand, but for what C# means otherwise where a record is a dictionary:
/// <c>r["genre"] == "jazz"</c> there compares two objects by reference, and a misspelt name is only seen when the first record is looked at.
/// </summary>
internal sealed class RecordFilter : ExpressionVisitor
{
    private static readonly MethodInfo s_equals = ((Func<object?, object?, bool>)Equals).Method;

    private readonly CollectionModel _model;

    private RecordFilter(CollectionModel model) => _model = model;

    /// <exception cref="InvalidOperationException">The filter names a property that the records do not have.</exception>
    public static Func<TRecord, bool> Compile<TRecord>(Expression<Func<TRecord, bool>> filter, CollectionModel model) =>
        typeof(TRecord) == typeof(Dictionary<string, object?>)
            ? ((Expression<Func<TRecord, bool>>)new RecordFilter(model).Visit(filter)).Compile()
            : filter.Compile();

    protected override Expression VisitBinary(BinaryExpression node)
    {
        bool comparesObjects = node.Method is null && (node.Left.Type == typeof(object) || node.Right.Type == typeof(object));
        if (!comparesObjects || node.NodeType is not (ExpressionType.Equal or ExpressionType.NotEqual))
            return base.VisitBinary(node);
        Expression equal = Expression.Call(s_equals, Boxed(node.Left), Boxed(node.Right));
        return node.NodeType == ExpressionType.Equal ? equal : Expression.Not(equal);
    }

    protected override Expression VisitMethodCall(MethodCallExpression node)
    {
        if (node is { Method.Name: "get_Item", Object: ParameterExpression, Arguments: [ConstantExpression { Value: string name }] }
            && !_model.PropertyMap.ContainsKey(name))
        {
            throw new InvalidOperationException($"The filter asks for '{name}', but records have {string.Join(", ", _model.PropertyMap.Keys)}.");
        }

        return base.VisitMethodCall(node);
    }

    private Expression Boxed(Expression side) => Expression.Convert(Visit(side), typeof(object));
}
