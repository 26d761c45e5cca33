// The few classes of Foundation that samples/metal uses, and what Objective-C literals are made of.
#pragma once
#include <darwin_types.h>
#include <stdbool.h>

typedef bool BOOL;
typedef unsigned long NSUInteger;
typedef long NSInteger;
#define nil ((id)0)

DARWIN_C_BEGIN
const char* object_getClassName(id);
DARWIN_C_END

@protocol NSObject
@end
@protocol NSCopying
@end

__attribute__((objc_root_class))
@interface NSObject<NSObject>
+ (instancetype)alloc;
+ (BOOL)instancesRespondToSelector:(SEL)selector;
- (instancetype)init;
@end

@interface NSString : NSObject <NSCopying>
@property(readonly) const char* UTF8String;
@end
@interface NSConstantString : NSString
@end

@interface NSNumber : NSObject <NSCopying>
+ (NSNumber*)numberWithInt:(int)value;
+ (NSNumber*)numberWithLong:(long)value;
@end

@interface NSArray<ObjectType> : NSObject
+ (instancetype)arrayWithObjects:(const ObjectType*)objects count:(NSUInteger)count;
@property(readonly) NSUInteger count;
- (ObjectType)objectAtIndexedSubscript:(NSUInteger)index;
@end

@interface NSDictionary<KeyType, ObjectType> : NSObject
+ (instancetype)dictionaryWithObjects:(const ObjectType*)objects
                              forKeys:(const id<NSCopying>*)keys
                                count:(NSUInteger)count;
- (ObjectType)objectForKeyedSubscript:(KeyType)key;
@end

@interface NSError : NSObject
@property(readonly) NSString* localizedDescription;
@end
