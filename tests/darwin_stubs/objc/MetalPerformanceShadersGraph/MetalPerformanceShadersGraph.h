// The part of Metal Performance Shaders Graph that samples/metal uses.
#pragma once
#include <MetalPerformanceShaders/MetalPerformanceShaders.h>

@class MPSGraphOperation;
@interface MPSGraphTensor : NSObject <NSCopying>
@end
@interface MPSGraphTensorData : NSObject
- (instancetype)initWithMTLBuffer:(id<MTLBuffer>)buffer shape:(MPSShape*)shape dataType:(MPSDataType)type;
- (MPSNDArray*)mpsndarray;
@end
typedef NSDictionary<MPSGraphTensor*, MPSGraphTensorData*> MPSGraphTensorDataDictionary;
@interface MPSGraph : NSObject
- (MPSGraphTensor*)placeholderWithShape:(MPSShape*)shape dataType:(MPSDataType)type name:(NSString*)name;
- (MPSGraphTensor*)matrixMultiplicationWithPrimaryTensor:(MPSGraphTensor*)primary
                                         secondaryTensor:(MPSGraphTensor*)secondary
                                                    name:(NSString*)name;
- (MPSGraphTensorDataDictionary*)runWithMTLCommandQueue:(id<MTLCommandQueue>)queue
                                                  feeds:(MPSGraphTensorDataDictionary*)feeds
                                          targetTensors:(NSArray<MPSGraphTensor*>*)targets
                                       targetOperations:(NSArray<MPSGraphOperation*>*)operations;
@end
