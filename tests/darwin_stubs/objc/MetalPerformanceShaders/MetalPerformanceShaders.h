// The part of Metal Performance Shaders that samples/metal uses.
#pragma once
#include <Metal/Metal.h>

typedef enum MPSDataType : uint32_t { MPSDataTypeFloat32 = 0x10000000 | 32 } MPSDataType;
typedef NSArray<NSNumber*> MPSShape;

@interface MPSNDArrayDescriptor : NSObject
+ (instancetype)descriptorWithDataType:(MPSDataType)type shape:(NSArray<NSNumber*>*)shape;
@end
@interface MPSNDArray : NSObject
- (instancetype)initWithDevice:(id<MTLDevice>)device descriptor:(MPSNDArrayDescriptor*)descriptor;
- (instancetype)initWithBuffer:(id<MTLBuffer>)buffer
                        offset:(NSUInteger)offset
                    descriptor:(MPSNDArrayDescriptor*)descriptor;
- (void)readBytes:(void*)buffer strideBytes:(NSInteger*)strides;
- (void)writeBytes:(void*)buffer strideBytes:(NSInteger*)strides;
- (void)synchronizeOnCommandBuffer:(id<MTLCommandBuffer>)buffer;
@end
@interface MPSNDArrayMatrixMultiplication : NSObject
- (instancetype)initWithDevice:(id<MTLDevice>)device sourceCount:(NSUInteger)count;
- (void)encodeToCommandBuffer:(id<MTLCommandBuffer>)buffer
                 sourceArrays:(NSArray<MPSNDArray*>*)sources
             destinationArray:(MPSNDArray*)destination;
@end
DARWIN_C_BEGIN
BOOL MPSSupportsMTLDevice(id<MTLDevice>);
DARWIN_C_END
